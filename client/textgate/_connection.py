"""Everything that `Client` and `AsyncClient` need to know to open a channel and make calls on it."""

import ipaddress
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from textgate._retries import RetryPolicy
from textgate._tls import Tls
from textgate._version import __version__

# A request larger than gRPC's default of 256 KiB would never be tried again.
RETRY_BUFFER_BYTES = 64 * 2**20
# gRPC's default of 4 MiB is less than the scores of a thousand texts under some hundred labels.
MAX_RECEIVE_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the server is and what each call to it carries.

    Attributes:
        target: HOST:PORT, or any gRPC name such as dns:///textgate:8500 or unix:/run/textgate.sock.
        timeout: seconds that a call may take where it does not say; None for no limit.
        retry: when to call again.
        tls: None for a connection in the clear.
        token: sent with each call as `authorization: Bearer <token>`.
        metadata: sent with each call, too; keys in lower case.

    Raises:
        ValueError: no target, a timeout that is not above 0, or a token that would cross a network in the clear.
    """

    target: str
    timeout: float | None
    retry: RetryPolicy
    tls: Tls | None
    token: str | None = field(repr=False)
    metadata: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.target:
            raise ValueError("target is empty; give HOST:PORT, such as localhost:8500")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout must be above 0 seconds, not {self.timeout}")
        if self.token is not None and self.tls is None and not _stays_on_this_machine(self.target):
            raise ValueError(
                f"the token would go to {self.target} in the clear; give tls=Tls(), or, where something else encrypts"
                " the connection, metadata={'authorization': 'Bearer ...'}"
            )

    def options(self) -> list[tuple[str, Any]]:
        """Channel options."""
        options: list[tuple[str, Any]] = [
            ("grpc.service_config", json.dumps(self.retry.service_config())),
            ("grpc.per_rpc_retry_buffer_size", RETRY_BUFFER_BYTES),
            ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
            ("grpc.primary_user_agent", f"textgate-python/{__version__}"),
        ]
        if self.tls is not None and self.tls.server_name is not None:
            options.append(("grpc.ssl_target_name_override", self.tls.server_name))
        return options

    def call_metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        """Metadata of one call."""
        token = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        return tuple({**self.metadata, **token, "x-request-id": request_id}.items())

    def call_timeout(self, timeout: float | None) -> float | None:
        """Seconds that a call may take which asked for `timeout`, or for None to leave it to the connection."""
        return self.timeout if timeout is None else timeout


def new_request_id() -> str:
    """A name for a call that no other call has."""
    return uuid.uuid4().hex


def _stays_on_this_machine(target: str) -> bool:
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    host = target.rpartition("/")[2].rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
