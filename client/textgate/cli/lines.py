"""Texts from standard input, one a line, as they come."""

import os
from collections.abc import Iterator

CHUNK_BYTES = 65536


class InputError(Exception):
    """Standard input holds something that is no text; the message names the line."""


def read_lines(descriptor: int) -> Iterator[str]:
    """Yield the lines of a file descriptor without their ends (LF or CRLF), each as soon as it is there.

    Read by the descriptor, not by `sys.stdin`: a thread that waits for input holds the lock of the latter, on which
    Python would fail when it exits meanwhile.

    Raises:
        InputError: a line that is not UTF-8.
    """
    for number, line in enumerate(_raw_lines(descriptor), start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"standard input, line {number}: byte {error.start + 1} is not UTF-8") from error


def _raw_lines(descriptor: int) -> Iterator[bytes]:
    rest: list[bytes] = []  # Pieces of a line whose end has not come; joined once, however long it is.
    while chunk := os.read(descriptor, CHUNK_BYTES):
        *ended, tail = chunk.split(b"\n")
        for piece in ended:
            yield b"".join([*rest, piece]).removesuffix(b"\r")
            rest = []
        rest.append(tail)
    if last := b"".join(rest):
        yield last.removesuffix(b"\r")
