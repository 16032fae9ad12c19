"""When the calls of an open loop start: a Poisson process, which is what many independent callers make together."""

import numpy as np
import numpy.typing as npt

START = np.dtype([("seconds", "<f8"), ("message", "<i4")])


def poisson_schedule(
    rate: float, seconds: float, messages: int, seed: int, first_message: int = 0
) -> npt.NDArray[np.void]:
    """Draw starts of calls, with exponential gaps, and for each a message.

    Args:
        rate: calls a second, on average.
        seconds: how long.
        messages: how many there are to choose from, each as likely.
        seed: equal seeds give equal schedules.
        first_message: index of the first of them.

    Returns:
        <START>[calls], ascending.
    """
    generator = np.random.default_rng(seed)
    count = generator.poisson(rate * seconds)
    # Given their number, the times of a Poisson process are uniform.
    schedule = np.empty(count, START)
    schedule["seconds"] = np.sort(generator.uniform(0, seconds, count))
    schedule["message"] = first_message + generator.integers(messages, size=count)
    return schedule


def merged(*schedules: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """All starts of several schedules, in order."""
    together = np.concatenate(schedules)
    return together[np.argsort(together["seconds"], kind="stable")]
