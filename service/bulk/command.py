"""`python -m service score`: the labels of every text of a file."""

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import islice
from typing import TextIO

from service.bulk.options import parse_options
from service.bulk.output import OutputError, Writer, make_writer, recover
from service.bulk.progress import BulkProgress, format_seconds
from service.bulk.rows import BadRow, InputError, Row, RowReader
from service.bulk.scoring import BulkOutcome, score_rows
from service.core import ServerCore
from service.errors import ServiceError
from service.limits import BatchingConfig, CompilationConfig, Limits
from service.models.manager import ModelManager
from service.models.repository import Repository, RepositoryError
from service.servable import Loader
from service.types import ClassifyQuery, ModelSpec, ModelState, OnTooLong
from service.versioning.policy import VersionPolicy
from service.versioning.settings import Policies, Versioning

DONE, WITH_BAD_ROWS, NOT_DONE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str], load: Loader) -> int:
    """Score a file and return the exit code."""
    options = parse_options(arguments)
    progress = BulkProgress(sys.stderr)
    try:
        return _run(options, load, progress)
    except (InputError, OutputError, RepositoryError, ServiceError) as error:
        progress.message(f"python -m service score: {error}")
        return NOT_DONE
    except KeyboardInterrupt:
        hint = "; the same command with --resume goes on from there" if options.output else ""
        progress.message(f"stopped by Ctrl-C: what is written is whole{hint}")
        return INTERRUPTED


def _run(options: argparse.Namespace, load: Loader, progress: BulkProgress) -> int:
    started = time.monotonic()
    outcome = BulkOutcome()
    with ExitStack() as files:
        reader = files.enter_context(RowReader(options.file, options.input_format, options.text_field))
        rows = iter(reader)
        resumed = _skip_what_is_done(options, rows, progress)
        file = files.enter_context(_open_output(options, resumed))
        write = make_writer(file, options.format, options.top_k, with_head=not resumed)
        asyncio.run(_score(options, load, rows, write, outcome, lambda texts: progress.update(texts, reader.share)))
    seconds = time.monotonic() - started
    for bad in outcome.shown:
        progress.message(f"left out: {bad}")
    progress.message(_summary(outcome, resumed, seconds))
    if options.json:
        figures = {
            "texts": outcome.texts,
            "before": resumed,
            "bad_rows": outcome.bad_rows,
            "seconds": round(seconds, 3),
        }
        print(json.dumps(figures))
    return WITH_BAD_ROWS if outcome.bad_rows else DONE


async def _score(
    options: argparse.Namespace,
    load: Loader,
    rows: Iterator[Row | BadRow],
    write: Writer,
    outcome: BulkOutcome,
    observe: Callable[[int], None],
) -> None:
    repository = Repository(options.repository)
    model = _find(repository, options.model, options.version)
    policy = VersionPolicy(most=None, numbers=frozenset({options.version})) if options.version else VersionPolicy()
    others = VersionPolicy(most=0)
    versioning = Versioning(Policies({model: policy}, others))
    # The window of calls is the bound on what waits; nobody is refused.
    batching = BatchingConfig(max_queue_texts=sys.maxsize, max_queue_seconds=0.0)
    compilation = CompilationConfig(options.compile_seconds)
    manager = ModelManager(repository, load, versioning, batching, compilation)
    try:
        await manager.refresh()
        _check_loaded(manager, model)
        core = ServerCore(manager, Limits(max_characters=sys.maxsize))
        on_too_long = OnTooLong[options.on_too_long.upper()]
        query = ClassifyQuery(ModelSpec(model, options.version), (), options.top_k, options.min_score, on_too_long)
        await score_rows(core, rows, query, write, outcome, options.on_bad_row == "skip", observe)
    finally:
        await manager.stop()


def _find(repository: Repository, model: str, version: int | None) -> str:
    """The name of the model that is meant, which has the version that is."""
    versions = repository.scan().versions
    there = ", ".join(sorted(versions)) or "none"
    if not model and len(versions) != 1:
        raise RepositoryError(f"which model of {repository.root}? There are {there}: name one with --model")
    name = model or next(iter(versions))
    if name not in versions:
        raise RepositoryError(f"{repository.root} has no model {name!r}; there are {there}")
    if version and version not in versions[name]:
        raise RepositoryError(f"{name} has no version {version}; there are {', '.join(map(str, versions[name]))}")
    return name


def _check_loaded(manager: ModelManager, model: str) -> None:
    """Say why there is nothing to score with, if there is not."""
    statuses = [status for status in manager.statuses() if status.name == model]
    if any(status.state is ModelState.AVAILABLE for status in statuses):
        return
    raise RepositoryError(f"{model} cannot be loaded: {'; '.join(status.reason for status in statuses)}")


def _skip_what_is_done(options: argparse.Namespace, rows: Iterator[Row | BadRow], progress: BulkProgress) -> int:
    """Go past the rows that the output has answers to, and return how many these are."""
    path = options.output
    if not (options.resume and path and path.exists()):
        return 0
    recovered = recover(path, options.format)
    done = islice((row for row in rows if isinstance(row, Row)), recovered.rows)
    last = next(iter(deque(done, maxlen=1)), None)
    if recovered.rows and (last is None or last.source != recovered.last_source):
        found = "the input ends before" if last is None else f"its place in the input is taken by {last.source}"
        raise OutputError(f"{path} ends with {recovered.last_source}, but {found}: it is not of this input")
    progress.message(f"{recovered.rows:,} texts are scored already")
    return recovered.rows


def _open_output(options: argparse.Namespace, resumed: int) -> AbstractContextManager[TextIO]:
    path = options.output
    if path is None:
        return nullcontext(sys.stdout)
    if path.exists() and not (options.resume or options.force):
        raise OutputError(f"{path} is there already: --resume goes on with it, --force writes over it")
    try:
        file: TextIO = path.open("a" if resumed else "w", encoding="utf-8", newline="")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    return file


def _summary(outcome: BulkOutcome, resumed: int, seconds: float) -> str:
    rate = outcome.texts / max(seconds, 1e-9)
    parts = [f"{outcome.texts:,} texts in {format_seconds(seconds)}, {rate:,.0f} a second with the start"]
    if resumed:
        parts.append(f"{resumed:,} were scored before")
    if outcome.bad_rows:
        parts.append(f"{outcome.bad_rows:,} bad rows were left out")
    return "; ".join(parts)
