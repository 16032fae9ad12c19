"""From a corpus to batches: texts are encoded once, then batched by length into few static shapes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from training.examples import Corpus
from training.preprocessor import TextPreprocessor

_ENCODING_BATCH = 4096
_WIDTH_MULTIPLE = 4
_WIDTH_QUANTILES = (0.4, 0.7, 0.9, 1.0)
_DESCRIBED_QUANTILES = 21

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EncodedTexts:
    """Texts as token ids, back to back.

    Attributes:
        token_ids: <int32>[all tokens], each text cut at max_tokens.
        row_splits: <int64>[texts + 1]; text i is token_ids[row_splits[i]:row_splits[i + 1]].
        length: <int32>[texts], tokens before the cut.
    """

    token_ids: Int32Array
    row_splits: Int64Array
    length: Int32Array

    def __len__(self) -> int:
        return len(self.length)

    @property
    def widths(self) -> Int64Array:
        """Tokens of each text after the cut, <int64>[texts]."""
        return np.diff(self.row_splits)


@dataclass(frozen=True)
class EncodedCorpus:
    """Encoded texts with their targets.

    Attributes:
        texts: the texts.
        targets: <float32>[texts, labels]: one-hot, or multi-hot for multi-label. A label that is not among the known
            ones leaves no trace: such a text of a multi-class corpus has a row of zeros, which no answer meets.
    """

    texts: EncodedTexts
    targets: Float32Array

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class BatchPlan:
    """Which texts stand together: `rows` <int64>[batch_size] with -1 where a batch is not full, and the width."""

    rows: Int64Array
    width: int


def encode_texts(preprocessor: TextPreprocessor, texts: Sequence[str]) -> EncodedTexts:
    """Tokenise and look up all texts, in batches."""
    encode = tf.function(preprocessor.__call__, input_signature=[tf.TensorSpec([None], tf.string)])
    values, widths, lengths = [np.empty(0, np.int32)], [np.zeros(1, np.int64)], [np.empty(0, np.int32)]
    for start in range(0, len(texts), _ENCODING_BATCH):
        encoded = [text.encode("utf-8", errors="surrogatepass") for text in texts[start : start + _ENCODING_BATCH]]
        token_ids, length = (tensor.numpy() for tensor in encode(tf.constant(encoded, tf.string)))
        width = np.minimum(length, preprocessor.tokenizer.config.max_tokens)
        values.append(token_ids[np.arange(token_ids.shape[1]) < width[:, np.newaxis]])
        widths.append(width.astype(np.int64))
        lengths.append(length)
    return EncodedTexts(np.concatenate(values), np.cumsum(np.concatenate(widths)), np.concatenate(lengths))


def encode_corpus(preprocessor: TextPreprocessor, corpus: Corpus, label_names: Sequence[str]) -> EncodedCorpus:
    """Encode the texts, and their labels as targets in the order of `label_names`."""
    columns = {label: column for column, label in enumerate(label_names)}
    targets = np.zeros((len(corpus), len(label_names)), np.float32)
    for row, example in enumerate(corpus.examples):
        targets[row, [columns[label] for label in example.labels if label in columns]] = 1
    return EncodedCorpus(encode_texts(preprocessor, corpus.texts), targets)


def bucket_widths(texts: EncodedTexts) -> tuple[int, ...]:
    """Few padded widths that fit the texts: quantiles of their tokens, rounded up to a multiple of four, ascending."""
    if len(texts) == 0:
        return (_WIDTH_MULTIPLE,)
    quantiles = np.quantile(texts.widths, _WIDTH_QUANTILES, method="higher")
    multiples = np.maximum(1, -(-quantiles // _WIDTH_MULTIPLE)) * _WIDTH_MULTIPLE
    return tuple(int(width) for width in np.unique(multiples))


def describe_lengths(texts: EncodedTexts) -> tuple[int, ...]:
    """The tokens that a model reads of a text, as 21 quantiles from the shortest text to the longest; () of none."""
    if len(texts) == 0:
        return ()
    quantiles = np.quantile(texts.widths, np.linspace(0, 1, _DESCRIBED_QUANTILES), method="nearest")
    return tuple(int(tokens) for tokens in quantiles)


def plan_batches(
    texts: EncodedTexts, widths: Sequence[int], batch_size: int, generator: np.random.Generator | None = None
) -> list[BatchPlan]:
    """Put every text into one batch of the narrowest width that holds it, all batches of one size.

    With a generator the texts of a batch, and the batches, come in random order; without one in the order of the texts.
    """
    buckets = np.searchsorted(widths, texts.widths)
    order = np.arange(len(texts)) if generator is None else generator.permutation(len(texts))
    plans = []
    for bucket, width in enumerate(widths):
        members = order[buckets[order] == bucket]
        padded = np.full(-(-len(members) // batch_size) * batch_size, -1, np.int64)
        padded[: len(members)] = members
        plans += [BatchPlan(rows, width) for rows in padded.reshape(-1, batch_size)]
    return plans if generator is None else [plans[index] for index in generator.permutation(len(plans))]


def make_batches(corpus: EncodedCorpus, plans: Sequence[BatchPlan]) -> tf.data.Dataset:
    """Carry out a plan.

    Returns:
        A dataset of token_ids <int32>[batch, width], targets <float32>[batch, labels], and weights <float32>[batch],
        which are 0 for the rows that only fill the batch up.
    """
    ragged = tf.RaggedTensor.from_row_splits(corpus.texts.token_ids, corpus.texts.row_splits)
    targets = tf.constant(corpus.targets)
    rows = tf.constant(np.stack([plan.rows for plan in plans]))
    widths = tf.constant([plan.width for plan in plans], tf.int64)

    def assemble(rows: tf.Tensor, width: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        present = tf.cast(rows >= 0, tf.float32)
        rows = tf.maximum(rows, 0)
        token_ids = tf.gather(ragged, rows).to_tensor(0, shape=[len(plans[0].rows), width])
        return token_ids * tf.cast(present, tf.int32)[:, tf.newaxis], tf.gather(targets, rows), present

    return tf.data.Dataset.from_tensor_slices((rows, widths)).map(assemble).prefetch(4)
