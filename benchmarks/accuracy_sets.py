"""The public data sets of the accuracy benchmark: files, declared metric, published results on the same test part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A figure from the literature, in percent; `recurrent` when the network is a recurrent one."""

    model: str
    percent: float
    recurrent: bool = False


@dataclass(frozen=True)
class AccuracySet:
    """One data set.

    Attributes:
        suffix: of its files `train`, `test` and, where it has one, `dev`.
        has_dev: whether it comes with a dev file; otherwise dev is split off train.
        metric: "accuracy" or "micro_f1".
        published: figures to stand beside ours.
        unseen: also report the test texts that do not stand in train.
    """

    suffix: str
    has_dev: bool
    metric: str
    about: str
    published: tuple[Published, ...]
    unseen: bool = False


SETS = {
    "thucnews": AccuracySet(
        suffix="tsv",
        has_dev=True,
        metric="accuracy",
        about="Chinese headlines, 10 classes; 45,000 of the official 180,000 training rows (published: all 180,000, "
        "pre-trained vectors)",
        published=(Published("TextRNN", 91.12, True), Published("TextRCNN", 91.54, True), Published("BERT", 94.83)),
    ),
    "chnsenticorp": AccuracySet(
        suffix="csv",
        has_dev=True,
        metric="accuracy",
        about="Chinese reviews, 2 classes",
        published=(Published("Bi-RNN", 85.0, True), Published("Bi-LSTM", 89.8, True), Published("BERT", 94.7)),
        unseen=True,
    ),
    "snips": AccuracySet(
        suffix="jsonl",
        has_dev=True,
        metric="accuracy",
        about="English intents, 7 classes",
        published=(Published("slot-gated BLSTM", 97.0, True), Published("BERT", 98.6)),
    ),
    "trec": AccuracySet(
        suffix="tsv",
        has_dev=False,
        metric="accuracy",
        about="English questions, 6 classes",
        published=(Published("CNN-rand", 91.2), Published("BLSTM-2DCNN with GloVe", 96.1, True)),
    ),
    "reuters": AccuracySet(
        suffix="jsonl.gz",
        has_dev=False,
        metric="micro_f1",
        about="English news, 90 topics, multi-label",
        published=(Published("LSTM-reg", 87.0, True), Published("distilled LSTM-reg", 88.9, True)),
    ),
}
