"""What of a stream was sent and waits for its answer."""

from collections import deque
from collections.abc import Callable, Sequence

from textgate import _messages
from textgate.errors import InternalError, TextgateError
from textgate.types import Classification
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse

RequestBuilder = Callable[[Sequence[str]], ClassifyRequest]


class Ledger:
    """The batches of a stream that were sent and are not yet answered, oldest first, and why the input ended early.

    An input that fails ends the stream as one that is exhausted does, so that all before the failure is answered; the
    failure is raised then.
    """

    def __init__(self, build: RequestBuilder) -> None:
        self._build = build
        self._unanswered: deque[Sequence[str]] = deque()
        self._answered_texts = 0
        self._failure: Exception | None = None

    def send(self, batch: Sequence[str]) -> ClassifyRequest:
        """Enter a batch and make its request."""
        request = self._build(batch)
        self._unanswered.append(batch)
        return request

    def fail(self, failure: Exception) -> None:
        """Note that the input ended by `failure`."""
        self._failure = failure

    def answer(self, response: ClassifyResponse) -> Classification:
        """Strike the oldest batch off, and give its answer."""
        if not self._unanswered:
            raise InternalError("the server answered more batches than were sent")
        batch = self._unanswered.popleft()
        self._answered_texts += len(batch)
        return _messages.classification(batch, response)

    def close(self) -> None:
        """The server ended the stream, well.

        Raises:
            Exception: that the input failed with.
            InternalError: the server left batches unanswered.
        """
        if self._failure is not None:
            raise self._failure
        if self._unanswered:
            raise InternalError(f"the server ended the stream with {len(self._unanswered)} batches unanswered")

    def annotate(self, error: TextgateError) -> TextgateError:
        """Say on the failure of the stream how far it came."""
        error.add_note(f"The stream failed after {self._answered_texts} texts had been answered.")
        return error
