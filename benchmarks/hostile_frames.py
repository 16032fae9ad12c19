"""Connections that break the rules below the messages: cut frames, lying lengths, other protocols."""

import random
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0x0, 0x1, 0x3, 0x4
END_STREAM, END_HEADERS = 0x1, 0x4
CONNECT_SECONDS = 5.0
# How long a reply is waited for before the connection is dropped: a server may as well say nothing.
REPLY_SECONDS = 0.05


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return an HTTP/2 frame (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(method: str = "/textgate.v1.TextClassifier/Classify") -> bytes:
    """Return the header block of a call, each field a literal (RFC 7541, section 6.2.2)."""
    pairs = {
        ":method": "POST", ":scheme": "http", ":path": method, ":authority": "x", "te": "trailers",
        "content-type": "application/grpc",
    }  # fmt: skip
    return b"".join(
        b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in pairs.items()
    )


def _call(body: bytes, flags: int = END_STREAM) -> bytes:
    opening = PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, END_HEADERS, 1, headers())
    return opening + (frame(DATA, flags, 1, body) if body or flags else b"")


FRAMES: tuple[Callable[[random.Random], bytes], ...] = (
    lambda rng: rng.randbytes(200),
    lambda rng: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    lambda rng: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(64),  # the start of TLS
    lambda rng: PREFACE,
    lambda rng: PREFACE + rng.randbytes(100),
    lambda rng: _call(b""),  # no message at all
    lambda rng: _call(b"\x00\x00\x00\x00\xff\x12\x04good"),  # less than announced
    lambda rng: _call(b"\x00\xff\xff\xff\xff\x12\x04good"),  # four gigabytes announced
    lambda rng: _call(b"\x00\x00\x00"),  # the announcement itself cut
    lambda rng: _call(b"\x01\x00\x00\x00\x05xxxxx"),  # compressed, it says
    lambda rng: _call(b"\x07\x00\x00\x00\x05xxxxx"),  # a flag that does not exist
    lambda rng: _call(b"\x00\x00\x00\x00\x06\x12\x04good", flags=0),  # never finished
    lambda rng: _call(b"", flags=0) + frame(RST_STREAM, 0, 1, b"\x00\x00\x00\x08"),
    lambda rng: _call(b"\x00\x00\x00\x00\x06\x12\x04good")[: rng.randint(30, 200)],  # cut anywhere
    lambda rng: PREFACE + frame(HEADERS, END_HEADERS | END_STREAM, 1, rng.randbytes(50)),
    lambda rng: PREFACE + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",  # a frame longer than allowed
)


def send_frame(target: str, data: bytes) -> None:
    """Open a connection, send the bytes, take a reply if one comes soon, hang up."""
    host, _, port = target.rpartition(":")
    with socket.create_connection((host, int(port)), CONNECT_SECONDS) as connection:
        connection.settimeout(REPLY_SECONDS)
        with suppress(TimeoutError, ConnectionError, BrokenPipeError):
            connection.sendall(data)
            connection.recv(4096)
