import pytest
import tensorflow as tf

from training.fitting.schedule import WarmupCosine

SCHEDULE = WarmupCosine(peak=1.0, final=0.1, warmup_steps=4, total_steps=12)


@pytest.mark.parametrize(("step", "rate"), [(1, 0.25), (2, 0.5), (4, 1.0), (8, 0.55), (12, 0.1), (100, 0.1)])
def test_rate_climbs_then_falls_along_a_cosine(step: int, rate: float) -> None:
    assert float(SCHEDULE(tf.constant(step, tf.int64))) == pytest.approx(rate)


def test_without_warm_up_the_first_step_is_near_the_peak() -> None:
    assert float(WarmupCosine(1.0, 0.0, 0, 100)(tf.constant(1, tf.int64))) > 0.99
