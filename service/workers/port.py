"""A port that several processes share."""

import socket


class PortTakenError(Exception):
    """Somebody else has the port, or the address is not of this machine."""


def hold_port(host: str, port: int) -> socket.socket:
    """Take a port for processes that are to listen on it together, and keep it from strangers.

    The socket that is returned does not listen, so that it gets no connection; who listens sets SO_REUSEPORT too, which
    the system grants to processes of the same user alone. Port 0 takes a free one: ask the socket which.

    Raises:
        PortTakenError: another process listens there, or nobody can.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        if port:
            _check_free(family, address)
        return _bind(socket.socket(family, kind, protocol), address)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def _bind(held: socket.socket, address: tuple[object, ...]) -> socket.socket:
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(address)
    except OSError:
        held.close()
        raise
    return held


def _check_free(family: int, address: tuple[object, ...]) -> None:
    """Bind without sharing, which fails where others share the port already."""
    with socket.socket(family, socket.SOCK_STREAM) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the past do not count
        alone.bind(address)
