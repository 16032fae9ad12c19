"""The network as a whole: token table, encoder, output layer."""

from dataclasses import asdict
from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.registry import ENCODERS
from training.networks.settings import check_model_settings, scale_dropouts
from training.networks.token_table import TokenTable


@keras.saving.register_keras_serializable("textgate")
class TextClassifier(keras.Model):
    """Token ids to logits, one a label.

    The token table stands apart from the rest so that a training step can gather its rows, and update only those.
    """

    def __init__(self, config: ModelConfig, vocabulary_size: int, label_count: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.vocabulary_size = vocabulary_size
        self.label_count = label_count
        scaled = scale_dropouts(config)
        self.encoder = ENCODERS[config.architecture](scaled)
        self.token_table = TokenTable(
            vocabulary_size,
            self.encoder.row_width,
            self.encoder.row_initializer,
            config.input_ngrams,
            config.ngram_rows,
            name="token_table",
        )
        self.output_dropout = keras.layers.Dropout(scaled.output_dropout)
        self.output_layer = keras.layers.Dense(label_count, name="logits")
        self(tf.zeros((1, 1), tf.int32))

    def call(self, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits <float32>[batch, labels] of <int32>[batch, tokens], 0 after the end of a text."""
        return self.classify_rows(self.token_table(token_ids), token_ids, training=training)

    def classify_rows(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits from rows of the token table <float32>[batch, tokens, width] that were gathered before."""
        encoded = self.encoder(rows, token_ids, training=training)
        return self.output_layer(self.output_dropout(encoded, training=training))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the settings as a dictionary."""
        return {
            **super().get_config(),
            "config": asdict(self.config),
            "vocabulary_size": self.vocabulary_size,
            "label_count": self.label_count,
        }

    def get_build_config(self) -> None:
        """Nothing: the constructor makes all weights."""

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "TextClassifier":
        """Inverse of get_config."""
        return cls(**{**config, "config": ModelConfig(**config["config"])})


def build_model(config: ModelConfig, vocabulary_size: int, label_count: int, seed: int = 0) -> TextClassifier:
    """Build the network; weights and dropout follow from `seed`, which seeds Python, NumPy and TensorFlow.

    Raises:
        ConfigError: a setting has a value of which no network can be built.
    """
    check_model_settings(config)
    keras.utils.set_random_seed(seed)
    return TextClassifier(config, vocabulary_size, label_count, name=config.architecture)
