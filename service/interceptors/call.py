"""One call as the interceptors see it, and where code further down finds the call it works for."""

import random
import re
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Self

import grpc

REQUEST_ID_KEY = "x-request-id"
CLIENT_KEY = "x-textgate-client"
# A name is what a stranger says it is: a text, or megabytes.
LOGGED_NAME_CHARACTERS = 128
# What a stranger may put into our logs and trailers.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

Metadata = Iterable[tuple[str, str | bytes]]
Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(slots=True)
class Call:
    """A call from its arrival to its status.

    Attributes:
        method: full name, such as `/textgate.v1.TextClassifier/Classify`.
        request_id: the client's own where it sent a sane one, else made here.
        context: the transport's side of the call.
        started: when it arrived, on `time.monotonic`.
        code: its status, once it has one.
        fields: what servicers add to the call's line in the log.
    """

    method: str
    request_id: str
    context: Context
    started: float = field(default_factory=time.monotonic)
    code: grpc.StatusCode | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    _client: str | None = None

    @classmethod
    def of(cls, method: str, context: Context) -> Self:
        """Return the call as it arrives, with what its metadata say of it."""
        metadata = context.invocation_metadata() or ()
        return cls(method, request_id_of(metadata), context)

    @property
    def client(self) -> str:
        """Who sent it, as far as that is known; see `client_of`. Found out when asked for: not for refused calls."""
        if self._client is None:
            self._client = client_of(self.context.peer() or "", self.context.invocation_metadata() or ())
        return self._client


CURRENT_CALL: ContextVar[Call | None] = ContextVar("current_call", default=None)


def add_to_log(**fields: Any) -> None:
    """Add fields to the log line of the call that is being handled; outside of a call this does nothing."""
    call = CURRENT_CALL.get()
    if call is not None:
        call.fields.update(fields)


def current_client() -> str:
    """Return who sent the call that is being handled; nobody in particular outside of one."""
    call = CURRENT_CALL.get()
    return "" if call is None else call.client


def client_of(peer: str, metadata: Metadata) -> str:
    """Return the address that a call came from, without the port, and the name that the client gives itself, if any.

    Behind a proxy all clients have its address. It can tell them apart by a name in the metadata.
    """
    address = peer.rpartition(":")[0] if peer.startswith(("ipv4:", "ipv6:")) else peer.partition(":")[0]
    name = _sane_value(metadata, CLIENT_KEY)
    return f"{address} {name}" if name else address


def request_id_of(metadata: Metadata) -> str:
    """Return the request id that the client sent, or a new one where it sent none or one unfit for logs."""
    return _sane_value(metadata, REQUEST_ID_KEY) or f"{random.getrandbits(128):032x}"


def _sane_value(metadata: Metadata, wanted: str) -> str:
    for key, value in metadata:
        if key == wanted and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            return value
    return ""
