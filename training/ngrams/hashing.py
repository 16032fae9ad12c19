"""n-grams as 64-bit hashes, computed from tokens in graph: no string is built for any of them."""

import tensorflow as tf

# Odd and close to 2**64 over the golden ratio: multiplicative hashing (Knuth 1998, 6.4).
_MULTIPLIER = 0x9E3779B97F4A7C15
_TOKEN_START = 0xCBF29CE484222325
_CHARACTER_START = 0x84222325CBF29CE4
_FINGERPRINTS = 2**63 - 1
SHORTEST_CHARACTER_NGRAM = 2


def hash_token_ngrams(tokens: tf.RaggedTensor, longest: int) -> tf.RaggedTensor:
    """Hash each run of 1 to `longest` tokens.

    Args:
        tokens: <string>[batch, (tokens)].
        longest: tokens of the longest n-gram.

    Returns:
        <int64>[batch, (n-grams)], n-grams that occur twice twice.
    """
    fingerprints = tf.strings.to_hash_bucket_fast(tokens.values, _FINGERPRINTS)
    return _hash_runs(tokens.with_values(tf.cast(fingerprints, tf.uint64)), 1, longest, _TOKEN_START)


def hash_character_ngrams(tokens: tf.RaggedTensor, longest: int) -> tf.RaggedTensor:
    """Hash each run of 2 to `longest` characters of a text: its tokens, a space before, between and after them.

    The spaces tell the beginning and the end of a word from its middle. Arguments and result as above.
    """
    text = tf.strings.join([" ", tf.strings.reduce_join(tokens, axis=1, separator=" "), " "])
    characters = tf.strings.unicode_decode(text, "UTF-8")
    return _hash_runs(
        characters.with_values(tf.cast(characters.values, tf.uint64)),
        SHORTEST_CHARACTER_NGRAM,
        longest,
        _CHARACTER_START,
    )


def _hash_runs(units: tf.RaggedTensor, shortest: int, longest: int, start: int) -> tf.RaggedTensor:
    """Hash all runs of `shortest` to `longest` units; the hash of a run is that of its beginning, and one unit more."""
    values, row_of = units.values, units.value_rowids()
    places = tf.range(tf.size(values, tf.int64))
    ends = tf.gather(units.row_limits(), row_of)
    hashes = tf.fill(tf.shape(values), tf.constant(start, tf.uint64))
    found: list[tf.RaggedTensor] = []
    for count in range(1, longest + 1):
        inside = places + (count - 1) < ends  # else the run would reach into the next text
        places, ends, row_of, hashes = (tf.boolean_mask(part, inside) for part in (places, ends, row_of, hashes))
        hashes = _mix(hashes, tf.gather(values, places + (count - 1)))
        if count >= shortest:
            signed = tf.bitcast(hashes, tf.int64)
            found.append(tf.RaggedTensor.from_value_rowids(signed, row_of, units.nrows(), validate=False))
    return tf.concat(found, axis=1)


def _mix(hashes: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    product = tf.bitwise.bitwise_xor(hashes, values) * tf.constant(_MULTIPLIER, tf.uint64)
    return tf.bitwise.bitwise_xor(product, tf.bitwise.right_shift(product, tf.constant(32, tf.uint64)))
