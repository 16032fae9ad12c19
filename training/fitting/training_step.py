"""One step of training: rows gathered, loss and gradients computed, the token table updated row by row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import tensorflow as tf

from training.config import FitConfig
from training.fitting.adversarial import adversarial_rows
from training.fitting.averaging import RowAverages, WeightAverages, decay_at, swapped
from training.fitting.losses import Loss, weighted_mean
from training.fitting.optimizers import AdamW, RowAdam
from training.fitting.schedule import WarmupCosine
from training.networks import TextClassifier
from training.networks.recurrence import compiled_recurrences


class TrainingStep:
    """Trains a network by batches, and keeps the moving averages of its weights.

    The cost of a step does not depend on the size of the vocabulary: only the rows of the token table that the batch
    holds are read, differentiated, updated and averaged.
    """

    def __init__(self, model: TextClassifier, loss: Loss, schedule: WarmupCosine, config: FitConfig) -> None:
        self._model = model
        self._loss = loss
        self._schedule = schedule
        self._config = config
        self._step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._table = model.token_table.table
        self._dense = [weight for weight in model.trainable_weights if weight is not self._table]
        self._optimizer = AdamW(self._dense, config.weight_decay)
        self._row_optimizer = RowAdam(self._table)
        self._averages = WeightAverages(self._dense)
        self._row_averages = RowAverages(self._table)
        self._run = tf.function(
            self._train,
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None, model.label_count], tf.float32),
                tf.TensorSpec([None], tf.float32),
            ],
        )

    def __call__(self, token_ids: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Train on one batch; see `make_batches` for the arguments. Returns the loss <float32>[]."""
        return self._run(token_ids, targets, weights)

    @property
    def learning_rate(self) -> float:
        """Rate of the last step."""
        return float(self._schedule(self._step))

    @contextmanager
    def averaged_weights(self) -> Iterator[None]:
        """Have the averages in the network for the time of a `with` block."""
        self._row_averages.catch_up()
        averages = [*self._averages.averages, self._row_averages.average]
        with swapped([weight.value for weight in (*self._dense, self._table)], averages):
            yield

    def _train(self, token_ids: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        step = self._step.assign_add(1)
        rate, decay = self._schedule(step), decay_at(step, self._config.ema_decay)
        row_ids = self._model.token_table.row_ids(token_ids)
        places = tf.unique(tf.reshape(row_ids, [-1]))
        rows = tf.gather(self._table.value, places.y)
        parts = tf.unstack(tf.reshape(places.idx, [len(row_ids), *tf.unstack(tf.shape(token_ids))]))
        token_rows = tf.add_n([tf.gather(rows, part) for part in parts])
        loss, token_gradients, gradients = self._loss_and_gradients(token_rows, token_ids, targets, weights)
        row_gradients = tf.add_n(
            [tf.math.unsorted_segment_sum(token_gradients, part, tf.size(places.y)) for part in parts]
        )
        scale = self._clip_scale([row_gradients, *gradients])
        self._apply_dense(gradients, scale, rate, decay, step)
        self._update_rows(places.y, rows, row_gradients * scale, rate, decay)
        return loss

    def _loss_and_gradients(
        self, rows: tf.Tensor, token_ids: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        loss, row_gradients, gradients = self._differentiate(rows, token_ids, targets, weights)
        if not self._config.adversarial_epsilon:
            return loss, row_gradients, gradients
        moved = adversarial_rows(rows, row_gradients, token_ids, self._config.adversarial_epsilon)
        _, *others = self._differentiate(moved, token_ids, targets, weights)
        row_gradients, gradients = tf.nest.map_structure(
            lambda one, other: (one + other) / 2, [row_gradients, gradients], others
        )
        return loss, row_gradients, gradients

    def _differentiate(
        self, rows: tf.Tensor, token_ids: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        with compiled_recurrences(self._config.jit_compile), tf.GradientTape() as tape:
            tape.watch(rows)
            logits = self._model.classify_rows(rows, token_ids, training=True)
            loss = weighted_mean(self._loss(targets, logits), weights)
        row_gradients, gradients = tape.gradient(loss, [rows, [weight.value for weight in self._dense]])
        return loss, row_gradients, gradients

    def _clip_scale(self, gradients: Sequence[tf.Tensor]) -> tf.Tensor:
        """The factor that brings the global norm down to clip_norm (Pascanu et al. 2013)."""
        return tf.minimum(1.0, self._config.clip_norm / (tf.linalg.global_norm(gradients) + keras.backend.epsilon()))

    def _apply_dense(
        self, gradients: Sequence[tf.Tensor], scale: tf.Tensor, rate: tf.Tensor, decay: tf.Tensor, step: tf.Tensor
    ) -> None:
        self._optimizer.apply([gradient * scale for gradient in gradients], rate, step)
        self._averages.update(decay)

    def _update_rows(
        self, ids: tf.Tensor, rows: tf.Tensor, gradients: tf.Tensor, rate: tf.Tensor, decay: tf.Tensor
    ) -> None:
        updated = self._row_optimizer.updated(ids, rows, gradients, rate)
        self._table.value.scatter_update(tf.IndexedSlices(updated, ids))
        self._row_averages.update(ids, rows, updated, decay)
