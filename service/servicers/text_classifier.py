"""`textgate.v1.TextClassifier` over the core."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import structlog

from service.interceptors.call import LOGGED_NAME_CHARACTERS, Context, add_to_log, current_client
from service.servicers.conversion import from_classification, to_query
from service.servicers.ordered import in_order
from service.types import Classification, ClassifyQuery
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse
from textgate.v1.text_classifier_pb2_grpc import TextClassifierServicer as Base


class Classifier(Protocol):
    """What the servicer needs of the core."""

    async def classify(self, query: ClassifyQuery, deadline: float | None = None) -> Classification:
        """Answer a call until the deadline, a point on the clock; raises ServiceError."""
        ...


class TextClassifierServicer(Base):
    """Answers Classify and ClassifyStream.

    Args:
        core: classifies.
        stream_window: requests of one stream that are worked on at once.
        log_texts: whether the texts of each request are logged.
        clock: the core's clock, in seconds.
    """

    def __init__(
        self,
        core: Classifier,
        stream_window: int,
        log_texts: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core = core
        self._stream_window = stream_window
        self._log_texts = log_texts
        self._clock = clock

    async def Classify(  # noqa: N802
        self, request: ClassifyRequest, context: Context
    ) -> ClassifyResponse:
        """Score every text of the request, or fail as a whole."""
        add_to_log(model=request.model.name[:LOGGED_NAME_CHARACTERS], texts=len(request.texts))
        return await self._answer(request, self._deadline(context))

    async def ClassifyStream(  # noqa: N802
        self, requests: AsyncIterator[ClassifyRequest], context: Context
    ) -> AsyncIterator[ClassifyResponse]:
        """Answer each request of the stream, in order, several at once."""
        deadline = self._deadline(context)
        count = texts = 0

        async def answer(request: ClassifyRequest) -> ClassifyResponse:
            nonlocal count, texts
            count, texts = count + 1, texts + len(request.texts)
            return await self._answer(request, deadline)

        responses = in_order(requests, answer, self._stream_window)
        try:
            async for response in responses:
                yield response
        finally:
            add_to_log(requests=count, texts=texts)
            await responses.aclose()

    async def _answer(self, request: ClassifyRequest, deadline: float | None) -> ClassifyResponse:
        if self._log_texts:
            structlog.get_logger().info("texts", texts=list(request.texts))
        return from_classification(await self._core.classify(to_query(request, current_client()), deadline))

    def _deadline(self, context: Context) -> float | None:
        remaining = context.time_remaining()
        return None if remaining is None else self._clock() + remaining
