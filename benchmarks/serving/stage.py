"""All that a workload has at hand: the running systems, the load generator, real texts, and how long to measure."""

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.record import commit
from benchmarks.serving.answers import Verdict
from benchmarks.serving.load import Calls, LoadGenerator, Schedule
from benchmarks.serving.models import Model
from benchmarks.serving.process_usage import processor_seconds
from benchmarks.serving.reference import reference_scores
from benchmarks.serving.statistics import Row, against, row
from benchmarks.serving.systems.system import Scores, System
from benchmarks.serving.systems.textgate import Textgate
from benchmarks.serving.texts import labelled_texts

Values = dict[str, list[float]]
"""What was measured, by system, a value a round."""


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        rounds: medians are over so many.
        seconds: of one measurement.
        warm_up: seconds before it, which do not count.
        settling: seconds that a system is called before the first measurement of a kind, if it compiles meanwhile for
            the shapes of batches that it sees; a tenth of them for others.
        texts: different texts of each set.
        connections: of the load generator.
        streams: callers on each connection, in a closed loop.
        loads: offered loads of the overload workload, as multiples of capacity.
        soak_calls: calls of the soak.
        reloads: how often a version is replaced.
    """

    rounds: int = 3
    seconds: float = 4.0
    warm_up: float = 1.0
    settling: float = 30.0
    texts: int = 1000
    connections: int = 8
    streams: int = 8
    loads: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
    soak_calls: int = 1_000_000
    reloads: int = 50


QUICK = Scale(
    rounds=1, seconds=1.0, warm_up=0.5, settling=5.0, texts=64, loads=(0.5, 1.0, 3.0), soak_calls=2000, reloads=2
)


@dataclass(frozen=True)
class Requests:
    """What is asked: a name, the texts of each call, and their right scores, <float32>[texts, labels]."""

    name: str
    texts: list[list[str]]
    right: list[Scores]

    def messages(self, system: System) -> list[bytes]:
        """In the words of a system."""
        return [system.message(texts) for texts in self.texts]


@dataclass(frozen=True)
class Rate:
    """What a closed loop came to.

    Attributes:
        calls_per_second: answered ones.
        server_ms: processor time of the server for each call.
        generator_ms: processor time of the load generator for each call.
    """

    calls_per_second: float
    server_ms: float
    generator_ms: float


@dataclass
class Stage:
    """One model, served by every system.

    Attributes:
        model: which model.
        version: its directory.
        labels: of the model.
        systems: those that run, by name.
        generator: calls them.
        scale: how much is measured.
        data: folder of public sets.
        work: folder for what is made.
        verdicts: on the answers of the workload that is being measured, by system.
        settled: systems that have been called with some requests for long enough.
    """

    model: Model
    version: Path
    labels: list[str]
    systems: dict[str, System]
    generator: LoadGenerator
    scale: Scale
    data: Path
    work: Path
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    settled: set[tuple[str, str]] = field(default_factory=set)
    commit: str = field(default_factory=commit)

    @property
    def scoring_systems(self) -> list[System]:
        """Those that classify."""
        return [system for system in self.systems.values() if system.scores_texts]

    def requests(self, name: str, texts_a_call: int = 1) -> Requests:
        """Return calls with texts of the test part of a set."""
        texts = [row.text for row in labelled_texts(self.data, name, "test", self.scale.texts)]
        scores = reference_scores(self.version, texts, self.work)
        # The last texts are left out where they do not fill a call.
        starts = range(0, len(texts) - texts_a_call + 1, texts_a_call)
        return Requests(
            f"{texts_a_call} of {name}",
            [texts[start : start + texts_a_call] for start in starts],
            [scores[start : start + texts_a_call] for start in starts],
        )

    def by_turns(self, systems: Sequence[System]) -> Iterator[System]:
        """Every system once a round, each round beginning with another."""
        for number in range(self.scale.rounds):
            shift = number % len(systems)
            yield from [*systems[shift:], *systems[:shift]]

    def closed_loop(self, system: System, requests: Requests, *, streams: int) -> Rate:
        """Measure a system with so many callers on each connection."""
        self.settle(system, requests, streams)
        until = self.scale.warm_up + self.scale.seconds
        server, generator = processor_seconds(system.pid), _children_seconds()
        calls = self.call(system, requests, streams, until)
        server, generator = processor_seconds(system.pid) - server, _children_seconds() - generator
        count = max(1, len(calls.records))
        rate = calls.answered_per_second(self.scale.warm_up, until)
        return Rate(rate, 1000 * server / count, 1000 * generator / count)

    def settle(self, system: System, requests: Requests, streams: int) -> None:
        """Call a system for some time, unless it has been called with these requests already."""
        if (system.name, requests.name) not in self.settled:
            self.call(system, requests, streams, self.scale.settling * (1.0 if system.compiles else 0.1))
            self.settled.add((system.name, requests.name))

    def alone(self, system: System, requests: Requests) -> Calls:
        """The calls of a single caller: what a call takes when nobody else calls."""
        return self.call(system, requests, 1, self.scale.seconds, connections=1)

    def open_loop(self, system: System, requests: Requests, schedule: Schedule, timeout_ms: int = 0) -> Calls:
        """Calls at given times."""
        calls = self.generator.open_loop(
            system.target,
            requests.messages(system),
            schedule,
            connections=self.scale.connections,
            timeout_ms=timeout_ms,
        )
        self.judge(system, calls, requests, may_fail=timeout_ms > 0)
        return calls

    def call(
        self, system: System, requests: Requests, streams: int, seconds: float, connections: int | None = None
    ) -> Calls:
        """Return all calls of a closed loop."""
        calls = self.generator.closed_loop(
            system.target,
            requests.messages(system),
            seconds=seconds,
            connections=connections or self.scale.connections,
            streams=streams,
        )
        self.judge(system, calls, requests)
        return calls

    def judge(self, system: System, calls: Calls, requests: Requests, may_fail: bool = False) -> None:
        """Check the answers of a run; without leave to fail, every call should have one."""
        verdict = self.verdicts.setdefault(system.name, Verdict())
        before = verdict.failures.copy()
        verdict.add(system, calls, requests.right, may_fail)
        if new := verdict.failures - before:
            print(f"{system.name}: failed calls: {dict(new)}", file=sys.stderr, flush=True)

    def rows(
        self, workload: str, figure: str, unit: str, values: Values, held_against: Callable[[str], bool] = bool
    ) -> list[Row]:
        """Return a row for each system, and for Textgate one for each system that it is held against."""
        rows = []
        for name, found in values.items():
            plain = row(f"{workload}, {self.model.about}", name, figure, unit, found, self.commit)
            others = [other for other in values if other != name and held_against(other)]
            if name == Textgate.name and others:
                rows += [against(plain, found, other, values[other]) for other in others]
            else:
                rows.append(plain)
        return rows

    def paired_rows(
        self, workload: str, figure: str, unit: str, values: Values, other_figure: str, others: Values
    ) -> list[Row]:
        """Return a row for each system, held against another figure of the same system."""
        return [
            against(
                row(f"{workload}, {self.model.about}", name, figure, unit, found, self.commit),
                found,
                other_figure,
                others[name],
            )
            for name, found in values.items()
        ]


def _children_seconds() -> float:
    """Processor time of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
