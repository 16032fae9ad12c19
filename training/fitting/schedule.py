"""The learning rate over the steps: a linear climb, then half a cosine down."""

from dataclasses import dataclass
from math import pi

import tensorflow as tf


@dataclass(frozen=True)
class WarmupCosine:
    """Climbs to `peak` in `warmup_steps`, then a cosine to `final` at `total_steps` (Loshchilov & Hutter 2017)."""

    peak: float
    final: float
    warmup_steps: int
    total_steps: int

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Rate <float32>[] of step <int64>[], counted from 1."""
        position = tf.cast(step, tf.float32)
        climbing = self.peak * position / max(1, self.warmup_steps)
        done = (position - self.warmup_steps) / max(1, self.total_steps - self.warmup_steps)
        cosine = (1 + tf.cos(pi * tf.clip_by_value(done, 0.0, 1.0))) / 2
        return tf.where(position < self.warmup_steps, climbing, self.final + (self.peak - self.final) * cosine)
