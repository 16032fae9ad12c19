"""Layers that are made of other layers."""

from typing import Any

import keras


class CompositeLayer(keras.layers.Layer):
    """Base of layers whose weights are made by their constructor, or belong to layers that build themselves if called.

    Told that there is nothing to build, Keras does not trace the layer once more to build what is in it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True
