"""Makers of request bytes, most of which no honest client would send; each takes a random generator."""

import random
from collections.abc import Callable

from textgate.v1.model_info_pb2 import Label, ModelInfo
from textgate.v1.text_classifier_pb2 import ClassifyRequest

Maker = Callable[[random.Random], bytes]

TEXTS = (
    "",
    " ",
    "\t\n\r",
    "\x00",
    "a\x00b",
    "\x01\x02\x1b[31m\x7f\x85",
    "\U0001f600\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308",  # emoji, joined ones too
    "\u0645\u0631\u062d\u0628\u0627 \u202eabc\u202c \u05e2\u05d5\u05dc\u05dd",  # right to left, with overrides
    "e" + "\u0301" * 500,
    "\ufeffgood",
    "\ufffd\uffff\U0010ffff",
    "好电影，不错",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "good film " * 300,
    "x" * 5000,
    "' OR 1=1 --",
    "%s%n{}${x}",
)
NAMES = ("nobody", "../../etc/passwd", "/", "\x00", "a" * 10_000, "tiny\n", "模型", " ", "CON", "%2e%2e")
# Surrogates, alone and in a pair; too long forms; bytes cut off, stray, and beyond Unicode.
NOT_UTF8 = (
    b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xc0\x80", b"\xe0\x80\xaf", b"\xe5\xa5", b"\x80",
    b"\xff\xfe", b"\xf4\x90\x80\x80", b"good \xc3",
)  # fmt: skip
INT64_MAX = 2**63 - 1


def some_texts(rng: random.Random) -> bytes:
    """Valid requests with awkward texts."""
    return ClassifyRequest(texts=rng.choices(TEXTS, k=rng.randint(1, 8))).SerializeToString()


def random_characters(rng: random.Random) -> bytes:
    """Any code points but surrogates."""
    points = (rng.choice((rng.randrange(0xD800), rng.randrange(0xE000, 0x110000))) for _ in range(rng.randint(1, 200)))
    return ClassifyRequest(texts=["".join(map(chr, points))]).SerializeToString()


def no_texts(rng: random.Random) -> bytes:
    """Nothing at all, or options without texts."""
    return rng.choice((b"", ClassifyRequest(top_k=3).SerializeToString()))


def too_many_texts(rng: random.Random) -> bytes:
    """More texts than a call may have."""
    return ClassifyRequest(texts=["x"] * rng.randint(1025, 3000)).SerializeToString()


def huge_text(rng: random.Random) -> bytes:
    """Ten megabytes in one text, or more than a message may have."""
    megabytes = rng.choice((10, 17))
    return ClassifyRequest(texts=[rng.choice("a好 ") * (megabytes * 2**20 // 3)]).SerializeToString() * rng.choice(
        (1, 2)
    )


def not_utf8(rng: random.Random) -> bytes:
    """Bytes in a string field that are no UTF-8."""
    data = rng.choice(NOT_UTF8)
    field = rng.choice((b"\x12", b"\x0a"))
    inner = data if field == b"\x12" else b"\x0a" + bytes([len(data)]) + data
    return field + bytes([len(inner)]) + inner


def wrong_message(rng: random.Random) -> bytes:
    """A message of another type."""
    labels = [Label(name=rng.choice(TEXTS[:8]), threshold=rng.random()) for _ in range(rng.randint(0, 5))]
    return ModelInfo(schema_version=rng.randint(0, 99), name="x", labels=labels, max_tokens=7).SerializeToString()


def random_bytes(rng: random.Random) -> bytes:
    """Noise."""
    return rng.randbytes(rng.randint(1, 300))


def damaged(rng: random.Random) -> bytes:
    """A valid message with a byte changed, or cut short."""
    data = bytearray(some_texts(rng))
    place = rng.randrange(len(data)) if data else 0
    if rng.random() < 0.5:
        return bytes(data[:place])
    data[place : place + 1] = rng.randbytes(1)
    return bytes(data)


def nested_groups(rng: random.Random) -> bytes:
    """Unknown groups within groups, deeper than a parser will go."""
    return b"\x7b" * rng.choice((10, 150, 20_000))


def wrong_model(rng: random.Random) -> bytes:
    """A model, version or version label that does not exist."""
    request = ClassifyRequest(texts=["good"])
    request.model.name = rng.choice((*NAMES, ""))
    choice = rng.randrange(3)
    if choice == 1:
        request.model.version = rng.choice((0, -1, 99, INT64_MAX, -INT64_MAX - 1))
    if choice == 2:
        request.model.version_label = rng.choice((*NAMES, ""))
    return request.SerializeToString()


def odd_options(rng: random.Random) -> bytes:
    """Options out of their range."""
    return ClassifyRequest(
        texts=["good film"],
        top_k=rng.choice((0, 1, -1, 2**31 - 1, -(2**31))),
        min_score=rng.choice((0.0, float("nan"), float("inf"), -float("inf"), -0.1, 1.1, 1e-45)),
        on_too_long=rng.choice((0, 1, 2, 3, 4, 99, -7)),  # type: ignore[arg-type]  # wrong on purpose
        explain=rng.random() < 0.2,
    ).SerializeToString()


MESSAGES: tuple[Maker, ...] = (
    some_texts, random_characters, no_texts, too_many_texts, not_utf8, wrong_message, random_bytes, damaged,
    nested_groups, wrong_model, odd_options,
)  # fmt: skip
