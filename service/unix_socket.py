"""A UNIX socket to listen on: a file that processes of this machine may open, as its mode allows."""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# What the kernel's address structure holds on Linux, the closing zero included.
LONGEST_PATH = 107


class SocketInUseError(Exception):
    """The path cannot be taken; the message says why."""


def bind(path: Path, mode: int, add_port: Callable[[str], object]) -> None:
    """Have a socket of that mode at `path`, in the place of one that a dead process left behind.

    Args:
        path: where.
        mode: permissions; a client needs to write to it.
        add_port: binds an address of the gRPC library, which makes the file.

    Raises:
        SocketInUseError: a server listens there, something else than a socket is there, or the path is too long.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise SocketInUseError(f"the path of a UNIX socket has {LONGEST_PATH} bytes at most")
    if path.exists() or path.is_symlink():
        _remove_stale(path)
    with _umask(0o777 & ~mode):  # not chmod afterwards: nobody may connect meanwhile
        add_port(f"unix:{path}")


def remove(path: Path) -> None:
    """Remove the file of a socket that nobody listens on any more, if it is still there."""
    if path.is_socket() and not _is_listened_on(path):
        path.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    if path.is_symlink() or not stat.S_ISSOCK(path.stat().st_mode):
        raise SocketInUseError("it is there already, and no socket")
    if _is_listened_on(path):
        raise SocketInUseError("another process listens on it")
    path.unlink()


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
        except FileNotFoundError:
            return False
    return True


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
