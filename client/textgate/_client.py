"""The blocking client."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, Unpack

import grpc

from textgate import _calls
from textgate._calls import Call, Request, Response, Result
from textgate._connection import Connection, new_request_id
from textgate._feed import Feed, check_stream
from textgate._ledger import Ledger
from textgate._messages import ClassifyOptions
from textgate._retries import RetryPolicy
from textgate._status import error_from_status
from textgate._tls import Tls
from textgate.errors import TextgateError
from textgate.types import Classification, Model, ModelStatus, ServingStatus, Traffic


class Client:
    """Asks a Textgate server. May be shared by threads; close it, or use it in a `with` statement.

    Every call raises a subclass of `TextgateError` when it fails. `timeout` is in seconds and covers retries; None
    stands for the client's. `request_id` goes into the server's log and into the error; None for a random one.

    Args:
        target: HOST:PORT, or any gRPC name such as dns:///textgate:8500 or unix:/run/textgate.sock.
        timeout: seconds that a call may take where it does not say; None for no limit.
        retry: when to call again.
        tls: how to encrypt the connection; None for a connection in the clear.
        token: sent with each call as `authorization: Bearer <token>`; over TLS or on this machine only.
        metadata: sent with each call, too; keys in lower case.

    Raises:
        ValueError: an argument that cannot be, see `Connection`.
    """

    def __init__(
        self,
        target: str = "localhost:8500",
        *,
        timeout: float | None = 30.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        tls: Tls | None = None,
        token: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self._connection = Connection(target, timeout, retry, tls, token, metadata or {})
        self._open_channel: grpc.Channel | None = _open(self._connection)

    def classify(
        self,
        texts: str | Sequence[str],
        *,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[ClassifyOptions],
    ) -> Classification:
        """Classify one text or several in one call; it succeeds or fails as a whole. For options: `ClassifyOptions`."""
        return self._ask(_calls.classify(texts, options), timeout, request_id)

    def classify_stream(
        self,
        texts: Iterable[str],
        *,
        batch_size: int = 32,
        max_in_flight: int = 4,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[ClassifyOptions],
    ) -> Generator[Classification, None, None]:
        """Classify any number of texts over one stream, reading them as there is room.

        Closing the generator ends the stream. `texts` is read by another thread.

        Args:
            texts: any number. What its iteration raises is raised here, after the answers of all before it.
            batch_size: texts a request.
            max_in_flight: requests without an answer at any time.
            timeout: seconds for the stream as a whole; None for no limit, whatever the client's.
            request_id: of the stream.
            options: see `ClassifyOptions`.

        Yields:
            One answer a batch, in order.
        """
        check_stream(texts, batch_size, max_in_flight)
        ledger = Ledger(_calls.classify_builder(**options))
        feed = Feed(texts, ledger, batch_size, max_in_flight)
        return self._stream(feed, ledger, timeout, request_id or new_request_id())

    def models(self, *, timeout: float | None = None, request_id: str | None = None) -> tuple[ModelStatus, ...]:
        """Every version that the server knows of, broken ones included; by name, then version."""
        return self._ask(_calls.list_models(), timeout, request_id)

    def model(
        self,
        name: str = "",
        *,
        version: int | None = None,
        version_label: str | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Model:
        """One version that is being served: by default the newest of the model, or of the server's only model."""
        return self._ask(_calls.get_model(name, version, version_label), timeout, request_id)

    def load_model(
        self,
        name: str,
        *,
        version: int | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> tuple[ModelStatus, ...]:
        """Have a version served beside those that are; without one, what the server's policy says. Needs `--admin`.

        Returns when it is loaded, verified, compiled and in service, which may take longer than other calls; a load
        goes on when its caller gives up. Never tried again.

        Returns:
            Every version of the model that the server now knows of.

        Raises:
            FailedPreconditionError: it cannot be loaded, and why.
            NotFoundError: the repository does not have it.
            PermissionDeniedError: the server does not run with `--admin`.
        """
        return self._ask(_calls.load_model(name, version), timeout, request_id)

    def unload_model(
        self,
        name: str,
        *,
        version: int | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> tuple[ModelStatus, ...]:
        """Have a version, or without one the whole model, taken out of service. Needs `--admin`.

        Returns when the calls that it was answering are done and its memory is given back. Never tried again.

        Returns:
            Every version of the model that the server now knows of.

        Raises:
            FailedPreconditionError: something still leads to it, such as a label.
            NotFoundError: it is not in service.
            PermissionDeniedError: the server does not run with `--admin`.
        """
        return self._ask(_calls.unload_model(name, version), timeout, request_id)

    def set_label(
        self,
        name: str,
        label: str,
        version: int | None,
        *,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> tuple[ModelStatus, ...]:
        """Put a label on a version in service, moving it from where it is; None takes it off. Needs `--admin`.

        Returns:
            Every version of the model that the server knows of.

        Raises:
            FailedPreconditionError: the version is not in service.
            NotFoundError: no such model, or no such label to take off.
            PermissionDeniedError: the server does not run with `--admin`.
        """
        return self._ask(_calls.set_label(name, label, version), timeout, request_id)

    def set_traffic(
        self, name: str, traffic: Traffic, *, timeout: float | None = None, request_id: str | None = None
    ) -> Traffic:
        """Say which versions answer calls that name none, and which one is shown copies of calls. Needs `--admin`.

        Replaces all that was set before; `Traffic()` has the newest version answer, and nobody shown copies.

        Returns:
            What is set now.

        Raises:
            FailedPreconditionError: a version is not in service.
            NotFoundError: no such model or version label.
            PermissionDeniedError: the server does not run with `--admin`.
        """
        return self._ask(_calls.set_traffic(name, traffic), timeout, request_id)

    def health(
        self, service: str = "", *, timeout: float | None = None, request_id: str | None = None
    ) -> ServingStatus:
        """How the server, or one model of it by its name, fares now; never tried again.

        Raises:
            NotFoundError: no such service.
            UnavailableError: no connection.
        """
        return self._ask(_calls.check_health(service), timeout, request_id)

    def close(self) -> None:
        """Close the connection; calls in progress fail with `CallCancelledError`."""
        if self._open_channel is not None:
            self._open_channel.close()
            self._open_channel = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _channel(self) -> grpc.Channel:
        if self._open_channel is None:
            raise RuntimeError("this client is closed; make a new one")
        return self._open_channel

    def _ask(self, call: Call[Request, Response, Result], timeout: float | None, request_id: str | None) -> Result:
        request_id = request_id or new_request_id()
        method = self._channel.unary_unary(call.method.path, call.method.serialize, call.method.deserialize)
        metadata = self._connection.call_metadata(request_id)
        try:
            response = method(call.request, timeout=self._connection.call_timeout(timeout), metadata=metadata)
        except grpc.RpcError as error:
            raise _error(error, request_id) from error
        return call.parse(response)

    def _stream(
        self, feed: Feed, ledger: Ledger, timeout: float | None, request_id: str
    ) -> Generator[Classification, None, None]:
        stream = _calls.CLASSIFY_STREAM
        method = self._channel.stream_stream(stream.path, stream.serialize, stream.deserialize)
        responses = method(iter(feed), timeout=timeout, metadata=self._connection.call_metadata(request_id))
        try:
            for response in responses:
                answer = ledger.answer(response)
                feed.release()
                yield answer
        except grpc.RpcError as error:
            raise ledger.annotate(_error(error, request_id)) from error
        finally:
            feed.close()
            responses.cancel()
        ledger.close()


def _open(connection: Connection) -> grpc.Channel:
    if connection.tls is None:
        return grpc.insecure_channel(connection.target, connection.options())
    return grpc.secure_channel(connection.target, connection.tls.credentials(), connection.options())


def _error(error: grpc.RpcError, request_id: str) -> TextgateError:
    trailers = ((item.key, item.value) for item in error.trailing_metadata() or ())
    return error_from_status(error.code(), error.details(), trailers, request_id)
