"""What is asked of the servers; each workload gives rows of figures."""

from collections.abc import Callable
from functools import partial

from benchmarks.serving.stage import Stage
from benchmarks.serving.statistics import Row
from benchmarks.serving.workloads import (
    forward_pass,
    half_load,
    many_texts,
    mixed_lengths,
    overload,
    reload,
    single_texts,
    soak,
    time_spent,
)

Workload = Callable[[Stage], list[Row]]

EVERY_MODEL: dict[str, Workload] = {
    "single_texts": single_texts.measure,
    "many_texts": many_texts.measure,
}
"""Measured on every model."""

FIRST_MODEL: dict[str, Workload] = {
    "forward_pass": forward_pass.measure,
    "single_texts_trec": partial(single_texts.measure, name="trec"),
    "single_texts_imdb": partial(single_texts.measure, name="imdb"),
    "time_spent": time_spent.measure,
    "half_load": half_load.measure,
    "mixed_lengths": mixed_lengths.measure,
    "overload": overload.measure,
    "reload": reload.measure,
    "soak": soak.measure,
}
"""Measured on the first model alone."""

WORKLOADS = {**EVERY_MODEL, **FIRST_MODEL}
