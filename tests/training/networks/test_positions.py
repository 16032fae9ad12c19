import numpy as np
import pytest
import tensorflow as tf
from numpy_networks import sinusoids

from training.networks.positions import PositionEncoding


@pytest.mark.parametrize("width", [8, 5])
def test_sinusoidal_positions_are_those_of_the_formula(width: int) -> None:
    encoded = PositionEncoding("sinusoidal", width, max_positions=1)(tf.zeros((2, 300, width)))
    np.testing.assert_allclose(encoded, np.stack([sinusoids(300, width)] * 2), atol=5e-5)


def test_learned_positions_are_rows_of_a_table_and_the_last_serves_all_beyond() -> None:
    layer = PositionEncoding("learned", 3, max_positions=4)
    encoded = layer(tf.ones((1, 6, 3)))[0]
    np.testing.assert_allclose(encoded, 1 + layer.table.numpy()[[0, 1, 2, 3, 3, 3]])


def test_without_positions_vectors_stay_as_they_are() -> None:
    vectors = tf.random.normal((2, 3, 4))
    np.testing.assert_array_equal(PositionEncoding("none", 4, 8)(vectors), vectors)


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="kind must be one of sinusoidal, learned, none; got 'rotary'"):
        PositionEncoding("rotary", 4, 8)
