"""How a connection is encrypted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import grpc


@dataclass(frozen=True, slots=True)
class Tls:
    """How to encrypt the connection and whom to trust; all contents are PEM.

    Attributes:
        root_certificates: of the authorities to trust; None for those that come with gRPC.
        certificate_chain: of the client, where the server wants one; together with `private_key`.
        private_key: of the client.
        server_name: that the server's certificate must be for, where it is not the host of the target.

    Raises:
        ValueError: one of `certificate_chain` and `private_key` without the other.
    """

    root_certificates: bytes | None = None
    certificate_chain: bytes | None = None
    private_key: bytes | None = field(default=None, repr=False)
    server_name: str | None = None

    def __post_init__(self) -> None:
        if (self.certificate_chain is None) != (self.private_key is None):
            raise ValueError("Tls: certificate_chain and private_key belong together; give both or neither")

    @classmethod
    def from_files(
        cls,
        *,
        root_certificates: Path | str | None = None,
        certificate_chain: Path | str | None = None,
        private_key: Path | str | None = None,
        server_name: str | None = None,
    ) -> Self:
        """Read the PEM contents from files.

        Raises:
            OSError: a file that cannot be read.
            ValueError: one of `certificate_chain` and `private_key` without the other.
        """
        return cls(
            root_certificates=_contents(root_certificates),
            certificate_chain=_contents(certificate_chain),
            private_key=_contents(private_key),
            server_name=server_name,
        )

    def credentials(self) -> grpc.ChannelCredentials:
        """The same for gRPC."""
        return grpc.ssl_channel_credentials(self.root_certificates, self.private_key, self.certificate_chain)


def _contents(path: Path | str | None) -> bytes | None:
    return None if path is None else Path(path).read_bytes()
