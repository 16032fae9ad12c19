"""Several configurations trained on the same texts, side by side: how good each is on dev, and what it costs."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tensorflow as tf

from training.config import TrainingConfig
from training.errors import ConfigError, FitError, TrainingError
from training.examples import Task
from training.export.exporter import VersionContent, export_saved_model, write_config
from training.export.publish import check_target, staging_directory
from training.parts import Parts, prepare_parts
from training.progress import Progress, format_seconds
from training.run import check_settings, fit_baseline, make_content, resolve_config

BASELINE = "TF-IDF linear baseline"
BATCHES = (1, 32)
_WARM_UP_CALLS, _TIMED_CALLS = 2, 15


@dataclass(frozen=True)
class Contender:
    """A configuration and what it is called."""

    name: str
    config: TrainingConfig


@dataclass(frozen=True)
class ComparisonRow:
    """How a contender did.

    Attributes:
        name: what it is called.
        task: one label a text, or any number of them.
        metrics: name to value, on dev.
        network_alone: the same without the n-gram branch; None where there is none.
        seconds: of fitting and judging.
        parameter_count: weights, those of an n-gram branch included.
        milliseconds: for each size of batch the median time that one text takes, from string to scores.
        is_complete: False when Ctrl-C ended its training early.
        directory: where it was exported to, if it was.
    """

    name: str
    task: Task
    metrics: dict[str, float]
    network_alone: dict[str, float] | None
    seconds: float
    parameter_count: int
    milliseconds: dict[int, float]
    is_complete: bool = True
    directory: Path | None = None


def compare(contenders: Sequence[Contender], progress: Progress, export: bool = False) -> Iterator[ComparisonRow]:
    """Train the linear baseline, then every contender, by the code of a training run, and yield a row as each is done.

    Test is not looked at, even where the settings name one: who chooses by test has none left.

    Args:
        contenders: their settings of data must be the same. The baseline's settings are those of the first.
        progress: is told how far each is.
        export: whether each is exported, as <name>-<contender>.

    Raises:
        ConfigError: a setting has a wrong value, or the contenders have different texts; nothing was trained.
        CorpusError: nothing can be trained on the texts.
        KeyboardInterrupt: Ctrl-C. While a network is fitted it ends that one early; its row comes first.
    """
    contenders = [_prepare(contender, export) for contender in contenders]
    _check(contenders, export)
    first = contenders[0].config
    parts = prepare_parts(first, progress.message)
    if first.baseline.enabled:
        yield _run_baseline(first, parts, progress)
    for number, contender in enumerate(contenders, start=1):
        progress.message(f"{number}/{len(contenders)}: {contender.name}")
        try:
            row = _run(contender, parts, progress, export)
        except FitError as error:
            progress.message(f"{contender.name} is left out: {error}")
            continue
        progress.message(f"{contender.name}: done in {format_seconds(row.seconds)}")
        yield row
        if not row.is_complete:
            raise KeyboardInterrupt


def _prepare(contender: Contender, export: bool) -> Contender:
    """The same without a test part, under the name of its export."""
    config = resolve_config(contender.config)
    name = f"{config.export.name}-{contender.name}" if export else config.export.name
    return Contender(
        contender.name,
        replace(config, data=replace(config.data, test=""), export=replace(config.export, name=name)),
    )


def _check(contenders: Sequence[Contender], export: bool) -> None:
    for contender in contenders:
        config = contender.config
        if config.data != contenders[0].config.data:
            raise ConfigError(
                f"{contenders[0].name} and {contender.name} have different settings in [data]: "
                "only what is trained on the same texts can be compared"
            )
        try:
            check_settings(config)
        except TrainingError as error:
            raise ConfigError(f"{contender.name}: {error}") from error
        if export:
            check_target(Path(config.export.repository), config.export.name, config.export.version)


def _run_baseline(config: TrainingConfig, parts: Parts, progress: Progress) -> ComparisonRow:
    started = time.monotonic()
    baseline, evaluation = fit_baseline(config, parts, progress)
    return ComparisonRow(
        name=BASELINE,
        task=parts.task,
        metrics=evaluation.metrics,
        network_alone=None,
        seconds=time.monotonic() - started,
        parameter_count=baseline.parameter_count,
        milliseconds=_time_answers(baseline.decision_scores, parts.dev.texts),
    )


def _run(contender: Contender, parts: Parts, progress: Progress, export: bool) -> ComparisonRow:
    config = replace(contender.config, baseline=replace(contender.config.baseline, enabled=False))
    content, record = make_content(config, parts, progress)
    ngrams = record.ngrams
    return ComparisonRow(
        name=contender.name,
        task=parts.task,
        metrics=record.evaluation.metrics,
        network_alone=ngrams.network_alone.metrics if ngrams else None,
        seconds=record.seconds,
        parameter_count=record.parameter_count + (ngrams.parameter_count if ngrams else 0),
        milliseconds=_time_answers(lambda texts: _scores(content, texts), parts.dev.texts),
        is_complete=record.fit.stopped_by != "interrupt",
        directory=_export(config, content, progress) if export else None,
    )


def _scores(content: VersionContent, texts: Sequence[str]) -> object:
    encoded = [text.encode("utf-8", errors="surrogatepass") for text in texts]
    return content.module.serving_default(tf.constant(encoded))["scores"].numpy()


def _time_answers(answer: Callable[[Sequence[str]], object], texts: Sequence[str]) -> dict[int, float]:
    """Milliseconds a text for each size of batch, over different texts; the first calls, which trace, do not count."""
    found = {}
    for batch in BATCHES:
        endless = itertools.cycle(texts)
        seconds = []
        for _ in range(_WARM_UP_CALLS + _TIMED_CALLS):
            call = list(itertools.islice(endless, batch))
            started = time.perf_counter()
            answer(call)
            seconds.append(time.perf_counter() - started)
        found[batch] = 1000 * statistics.median(seconds[_WARM_UP_CALLS:]) / batch
    return found


def _export(config: TrainingConfig, content: VersionContent, progress: Progress) -> Path:
    progress.message("exporting, and verifying the export in a fresh process")
    with staging_directory(Path(config.export.repository) / config.export.name) as staging:
        write_config(config, staging)
        return export_saved_model(content, staging, config.export.version)
