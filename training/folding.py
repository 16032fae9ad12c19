"""Compatibility folding (NFKC, code point by code point) in core TensorFlow ops, which have no normaliser of their own.

A regular expression finds the sequences that change, a lookup table replaces them; everything else is left alone.
"""

import unicodedata
from collections.abc import Iterable, Iterator

import tensorflow as tf

# Half-width kana write the voiced sounds as two code points; NFKC makes one of them.
_HALF_WIDTH_KANA = range(0xFF66, 0xFF9E)
_HALF_WIDTH_VOICE_MARKS = (0xFF9E, 0xFF9F)
# Free to use as a separator: the tokenizer turns control characters into spaces before it folds.
_SEPARATOR = "\x01"


def compatibility_forms() -> dict[str, str]:
    """Every sequence that folding changes, with its NFKC: single code points, and voiced half-width kana of two.

    Composition across other code points (a letter and its combining accent) is not part of it.
    """
    points = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    folded = {point: unicodedata.normalize("NFKC", point) for point in (*points, *_voiced_half_width_kana())}
    return {sequence: form for sequence, form in folded.items() if sequence != form}


def _voiced_half_width_kana() -> Iterator[str]:
    for kana in _HALF_WIDTH_KANA:
        for mark in _HALF_WIDTH_VOICE_MARKS:
            sequence = chr(kana) + chr(mark)
            if len(unicodedata.normalize("NFKC", sequence)) == 1:
                yield sequence


class CompatibilityFolding(tf.Module):
    """Replaces compatibility forms (full-width letters, half-width kana, ligatures, ...) by their plain ones."""

    def __init__(self) -> None:
        super().__init__()
        forms = compatibility_forms()
        self._pattern = f"({_alternatives(forms)})"
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(list(forms), list(forms.values()), tf.string, tf.string),
            default_value="",
        )

    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        """Fold <string>[batch] of valid UTF-8 without control characters."""
        marked = tf.strings.regex_replace(texts, self._pattern, rf"{_SEPARATOR}\1{_SEPARATOR}")
        pieces = tf.strings.split(marked, _SEPARATOR)
        forms = self._table.lookup(pieces.values)
        folded = tf.where(tf.equal(forms, ""), pieces.values, forms)
        return tf.strings.reduce_join(pieces.with_values(folded), axis=1)


def _alternatives(sequences: Iterable[str]) -> str:
    """A regular expression of the sequences, longer ones first, single code points as one class of ranges."""
    longer = sorted(sequence for sequence in sequences if len(sequence) > 1)
    points = sorted(ord(sequence) for sequence in sequences if len(sequence) == 1)
    return "|".join([*longer, f"[{_class_of(points)}]"])


def _class_of(points: list[int]) -> str:
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in ranges)
