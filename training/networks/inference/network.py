"""The network that is exported in the place of the one that was trained."""

import keras
import tensorflow as tf

from training.networks.classifier import TextClassifier
from training.networks.inference.collectors import POOLS, POOLS_OF_PIECES, Everything
from training.networks.inference.stepping import RowAt, step_through, text_lengths
from training.networks.pieces import Pieces
from training.networks.recurrent_encoder import RecurrentEncoder

BYTES = 4
"""Of a float32."""


class InferenceNetwork:
    """Gives the logits of a trained network, whose weights it shares; other architectures than recurrent ones as is.

    The first product of a recurrent network, embedding times input kernel, is the same for every occurrence of a token.
    So it is made once for each row of the table, if the rows, as wide then as all gates together, are few enough.

    It is no `tf.Module`: of one, a SavedModel holds all that it refers to, the trained network with all its layers.

    Attributes:
        projected_table: <float32>[rows, projected_width], or None.
    """

    def __init__(self, model: TextClassifier, max_projected_bytes: int) -> None:
        self._model = model
        self.projected_table = None
        if isinstance(model.encoder, RecurrentEncoder):
            first = model.encoder.recurrent_layers[0]
            table = model.token_table.table
            fits = table.shape[0] * first.projected_width * BYTES <= max_projected_bytes
            if first.input_kernel is not None and fits:
                # On a processor: a GPU rounds the factors (TensorFloat-32), and that would stay in what is exported.
                with tf.device("CPU:0"):
                    rows = tf.matmul(tf.convert_to_tensor(table), tf.convert_to_tensor(first.input_kernel))
                    self.projected_table = tf.Variable(rows, trainable=False, name="projected_table")

    @property
    def variables(self) -> list[tf.Variable]:
        """What it has beside the weights of the trained network."""
        return [] if self.projected_table is None else [self.projected_table]

    def __call__(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Logits <float32>[batch, labels] of <int32>[batch, tokens], 0 after the end of a text."""
        encoder = self._model.encoder
        if not isinstance(encoder, RecurrentEncoder):
            return self._model(token_ids, training=False)
        return self._model.output_layer(self._encode(encoder, token_ids))

    def _encode(self, encoder: RecurrentEncoder, token_ids: tf.Tensor) -> tf.Tensor:
        batch, pieces = tf.shape(token_ids)[0], encoder.pieces
        mask = tf.transpose(pieces.cut(tf.not_equal(token_ids, 0)))
        *lower, last = encoder.recurrent_layers
        row_at, is_projected = self._rows_of(token_ids, pieces), self.projected_table is not None
        is_projected = is_projected or encoder.recurrent_layers[0].input_kernel is None
        for layer in lower:
            (states,) = step_through(layer, row_at, is_projected, mask, [Everything()])
            row_at, is_projected = states.__getitem__, False
        modes = encoder.pooling.mode.split("_")
        if all(mode in POOLS for mode in modes):
            pooled = step_through(last, row_at, is_projected, mask, [POOLS[mode] for mode in modes])
            if pieces.tokens:
                length, pairs = pieces.by_text(text_lengths(mask), batch), zip(modes, pooled, strict=True)
                pooled = [POOLS_OF_PIECES[mode].join(pieces.by_text(values, batch), length) for mode, values in pairs]
            return tf.concat(pooled, axis=1)
        (states,) = step_through(last, row_at, is_projected, mask, [Everything()])
        states = pieces.join(tf.transpose(states, [1, 0, 2]), batch)
        return encoder.pooling(states, pieces.join(tf.transpose(mask), batch))

    def _rows_of(self, token_ids: tf.Tensor, pieces: Pieces) -> RowAt:
        table = self._model.token_table
        rows = _variable(table.table) if self.projected_table is None else self.projected_table
        ids = [tf.transpose(pieces.cut(ids)) for ids in table.row_ids(token_ids)]
        return lambda token: tf.add_n([tf.gather(rows, of_length[token]) for of_length in ids])


def _variable(variable: keras.Variable) -> tf.Variable:
    """What is behind a Keras variable, so that rows are gathered from it without reading all of it."""
    return variable.value
