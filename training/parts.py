"""The parts of a run: train, dev and, where there is one, test; checked, and with dev split off when not given."""

from collections.abc import Callable
from dataclasses import dataclass

from training.checks import Finding, Severity, check_as_trained
from training.config import TrainingConfig
from training.corpus import ReadResult, describe_bad_rows, read_parts
from training.errors import CorpusError
from training.examples import Corpus, Task
from training.split import split_dev

Message = Callable[[str], None]


@dataclass(frozen=True)
class Parts:
    """Labelled texts by what they are for; `test` is never used to choose anything."""

    train: Corpus
    dev: Corpus
    test: Corpus | None

    @property
    def task(self) -> Task:
        """One label a text, or any number of them."""
        return self.train.task

    @property
    def label_names(self) -> list[str]:
        """The labels of train, sorted: those that a model can give."""
        return self.train.label_names

    @property
    def last_look(self) -> tuple[str, Corpus]:
        """Name and texts of the part that the final figures are of: test, or dev where there is no test."""
        return ("test", self.test) if self.test is not None else ("dev", self.dev)

    @property
    def train_and_dev(self) -> Corpus:
        """Both together, without those texts of dev that have a label which train lacks."""
        known = set(self.label_names)
        usable = tuple(example for example in self.dev.examples if known.issuperset(example.labels))
        return Corpus(self.train.examples + usable, self.task)

    @property
    def sizes(self) -> dict[str, int]:
        """Texts of each part there is."""
        parts = {"train": self.train, "dev": self.dev, "test": self.test}
        return {name: len(part) for name, part in parts.items() if part is not None}


def prepare_parts(config: TrainingConfig, message: Message) -> Parts:
    """Read the files of a run, check them, and split dev off train when no file is given for it.

    Args:
        config: where the files are, how they are written, what training will do with them.
        message: is told of the rows that were left out and of every warning.

    Raises:
        CorpusError: a file cannot be read as asked, or the check finds that nothing can be trained on them.
        ConfigError: no train file is given.
    """
    data = config.data
    read = read_parts(data)
    for name, result in read.items():
        if result.bad_rows:
            message(describe_bad_rows(getattr(data, name), result.bad_rows))
    _check(read, config, message)
    train = read["train"].corpus
    test = read["test"].corpus if "test" in read else None
    if "dev" in read:
        return Parts(train, read["dev"].corpus, test)
    return Parts(*split_dev(train, data.dev_fraction, data.split_seed), test)


def _check(read: dict[str, ReadResult], config: TrainingConfig, message: Message) -> None:
    report = check_as_trained(read, config)
    if report.errors:
        raise CorpusError("\n".join(_describe(finding) for finding in report.errors))
    for finding in report.findings:
        if finding.severity is Severity.WARNING:
            message(f"warning: {_describe(finding)}")


def _describe(finding: Finding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.part}: {finding.message}{remedy}"
