import numpy as np
import pytest
import tensorflow as tf

from training.networks.dropout import TokenDropout, WordDropout

TOKEN_IDS = tf.constant(np.tile(np.arange(1, 51), (40, 4)), tf.int32)
ROWS = tf.ones((40, 200, 3))


@pytest.mark.parametrize("layer", [TokenDropout(0.25), WordDropout(0.25)])
def test_about_the_share_of_rows_is_dropped_whole_and_the_rest_scaled(layer: TokenDropout | WordDropout) -> None:
    dropped = layer(ROWS, TOKEN_IDS, training=True).numpy()
    assert np.all((dropped == 0).all(axis=2) | np.isclose(dropped, 4 / 3).all(axis=2))
    assert 0.2 < (dropped == 0).mean() < 0.3


def test_a_word_is_dropped_at_all_its_places_in_a_text_or_at_none() -> None:
    dropped = WordDropout(0.5)(ROWS, TOKEN_IDS, training=True).numpy()[:, :, 0].reshape(40, 4, 50)
    assert np.all(dropped == dropped[:, :1])
    assert len({tuple(text[0]) for text in dropped}) > 30


@pytest.mark.parametrize("layer", [TokenDropout(0.25), WordDropout(0.25)])
def test_nothing_is_dropped_outside_of_training(layer: TokenDropout | WordDropout) -> None:
    np.testing.assert_array_equal(layer(ROWS, TOKEN_IDS), ROWS)


def test_a_rate_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rate must be at least 0 and less than 1, got 1\.0"):
        TokenDropout(1.0)
