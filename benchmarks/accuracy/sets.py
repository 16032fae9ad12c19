"""The public data sets of the accuracy benchmark: files, marks to reach, published results on the same test part."""

from dataclasses import dataclass
from pathlib import Path

ACCURACY, MICRO, MACRO, UNSEEN = "accuracy", "micro_f1", "macro_f1", "accuracy, unseen texts"


@dataclass(frozen=True)
class Mark:
    """What the exported network should reach, in percent: the floor must be passed, the goal is reached for."""

    floor: float
    goal: float


@dataclass(frozen=True)
class Published:
    """A figure from the literature, in percent; two figures are the lowest and the highest that are known."""

    model: str
    percent: tuple[float, ...]
    metric: str = ACCURACY


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        name: also of its folder.
        suffix: of its files `train`, `test` and, where it has one, `dev`.
        about: what the texts are, in a line.
        marks: floor and goal by metric; dev chooses by the first.
        published: figures to stand beside ours.
        has_dev: whether it comes with a dev file; otherwise dev is split off train.
        unseen: also report the test texts that stand neither in train nor in dev.
        fasttext_epochs: passes of the fastText baseline over train.
    """

    name: str
    suffix: str
    about: str
    marks: dict[str, Mark]
    published: tuple[Published, ...]
    has_dev: bool = False
    unseen: bool = False
    fasttext_epochs: int = 25

    @property
    def metric(self) -> str:
        """The metric to choose by."""
        return next(iter(self.marks))

    @property
    def metrics(self) -> tuple[str, ...]:
        """All that is reported, the metric to choose by first."""
        return (*self.marks, *([UNSEEN] if self.unseen else []))

    def files(self, data: Path) -> dict[str, Path]:
        """Part to file, below the folder of all data sets."""
        parts = ("train", "dev", "test") if self.has_dev else ("train", "test")
        return {part: data / self.name / f"{part}.{self.suffix}" for part in parts}


_ALL = (
    DataSet(
        "thucnews",
        "tsv",
        "Chinese headlines, 10 classes; 45,000 of the official 180,000 training rows (published: all of them, and "
        "pre-trained vectors but for fastText)",
        {ACCURACY: Mark(91.3, 92.3)},
        (
            Published("Transformer", (89.91,)),
            Published("TextRNN", (91.12,)),
            Published("TextRCNN", (91.54,)),
            Published("fastText with n-grams", (92.23,)),
            Published("BERT", (94.83,)),
        ),
        has_dev=True,
    ),
    DataSet(
        "chnsenticorp",
        "csv",
        "Chinese reviews, 2 classes; of the 1,200 test texts 331 stand in train and 34 more in dev: unseen are the "
        "other 835",
        {ACCURACY: Mark(93.0, 94.0)},
        (
            Published("Bi-RNN", (85.0,)),
            Published("Bi-LSTM", (89.8,)),
            Published("CNN", (91.1,)),
            Published("BERT", (94.7,)),
        ),
        has_dev=True,
        unseen=True,
    ),
    DataSet(
        "trec",
        "tsv",
        "English questions, 6 classes",
        {ACCURACY: Mark(93.0, 95.5)},
        (
            Published("CNN, random start", (88.2, 91.2)),
            Published("BLSTM-2DCNN with GloVe", (96.1,)),
            Published("ULMFiT", (96.4,)),
        ),
    ),
    DataSet(
        "clinc150",
        "jsonl",
        "English intents, 150 classes; the texts out of scope, which are files of their own, are not used",
        {ACCURACY: Mark(93.0, 94.5)},
        (
            Published("SVM", (91.0,)),
            Published("CNN", (91.2,)),
            Published("MLP on a sentence encoder", (93.5,)),
            Published("BERT", (96.9,)),
        ),
        has_dev=True,
    ),
    DataSet(
        "snips",
        "jsonl",
        "English intents, 7 classes",
        {ACCURACY: Mark(98.0, 98.7)},
        (
            Published("slot-gated BLSTM", (97.0,)),
            Published("CNN with GloVe", (97.9,)),
            Published("BERT", (98.6,)),
        ),
        has_dev=True,
    ),
    DataSet(
        "mr",
        "csv",
        "English sentences from film reviews, 2 classes",
        {ACCURACY: Mark(78.5, 80.0)},
        (
            Published("LSTM", (75.1,)),
            Published("TextGCN", (76.7,)),
            Published("Bi-LSTM with GloVe", (77.7,)),
        ),
    ),
    DataSet(
        "r8",
        "tsv",
        "English news, 8 skewed classes",
        {ACCURACY: Mark(97.7, 98.2)},
        (
            Published("LSTM", (93.7,)),
            Published("Bi-LSTM with GloVe", (96.3,)),
            Published("TextGCN", (97.1,)),
        ),
    ),
    DataSet(
        "imdb",
        "jsonl.gz",
        "English film reviews, long, 2 classes",
        {ACCURACY: Mark(91.8, 93.0)},
        (
            Published("BiLSTM of the Keras examples", (84.3, 87.8)),
            Published("Transformer of the Keras examples", (87.5,)),
            Published("one-hot BiLSTM with pooling", (91.9,)),
            Published("NB-SVM", (91.2, 92.5)),
            Published("LSTM from a language model", (92.6,)),
        ),
        fasttext_epochs=10,
    ),
    DataSet(
        "goemotions",
        "jsonl",
        "English comments, 28 emotions, multi-label",
        {MICRO: Mark(58.5, 60.0), MACRO: Mark(46.5, 50.0)},
        (Published("BERT", (46.0, 50.0), MACRO),),
        has_dev=True,
    ),
    DataSet(
        "reuters",
        "jsonl.gz",
        "English news, 90 topics, multi-label",
        {MICRO: Mark(88.0, 89.5), MACRO: Mark(48.0, 55.0)},
        (
            Published("LSTM-reg", (87.0,), MICRO),
            Published("distilled LSTM-reg", (88.9,), MICRO),
        ),
    ),
)

SETS = {data_set.name: data_set for data_set in _ALL}
"""By name, in the order of the page."""
