"""The fastText baseline (Joulin et al. 2017): its own library, on the tokens of our tokenizer.

The library is a tool of this benchmark alone: `pip install --no-deps -r benchmarks/accuracy/fasttext.txt`.
"""

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from training.examples import Corpus, Task

_LABEL = "__label__"
Tokens = Sequence[Sequence[str]]


def is_installed() -> bool:
    """Whether the library is there."""
    return importlib.util.find_spec("fasttext") is not None


@dataclass(frozen=True)
class FastText:
    """A fitted model.

    Attributes:
        label_names: in the order of the columns of `scores`.
    """

    label_names: tuple[str, ...]
    _model: Any

    @classmethod
    def fit(cls, train: Corpus, tokens: Tokens, seed: int, **arguments: Any) -> Self:
        """Fit on a corpus, in one thread, so that the same seed gives the same model.

        Several labels a text are learned one against the rest each.

        Args:
            train: the labelled texts.
            tokens: of each text.
            seed: of weights and of the order of texts.
            arguments: of `fasttext.train_supervised`.
        """
        import fasttext  # only who runs this baseline needs it

        label_names = tuple(train.label_names)
        loss = "ova" if train.task is Task.MULTI_LABEL else "softmax"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            lines = list(training_lines(train, tokens, label_names))
            # The library learns in the order of the file: where that is by label, it would forget the first ones.
            order = np.random.default_rng(seed).permutation(len(lines))
            path.write_text("".join(lines[index] for index in order), encoding="utf-8")
            model = fasttext.train_supervised(input=str(path), loss=loss, seed=seed, thread=1, verbose=0, **arguments)
        return cls(label_names, model)

    def scores(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        """Probabilities <float32>[texts, labels]; 0 for labels that it never saw."""
        scores = np.zeros((len(tokens), len(self.label_names)), np.float32)
        for row, (labels, probabilities) in enumerate(zip(*self._predict(tokens), strict=True)):
            columns = [int(label.removeprefix(_LABEL)) for label in labels]
            scores[row, columns] = probabilities
        return scores

    @property
    def parameter_count(self) -> int:
        """Weights: a row for each word and each bucket of n-grams, and one for each label."""
        arguments = self._model.f.getArgs()
        return int((len(self._model.words) + arguments.bucket + len(self._model.labels)) * arguments.dim)

    def _predict(self, tokens: Tokens) -> Any:
        return self._model.predict([" ".join(row) for row in tokens], k=-1)


def training_lines(corpus: Corpus, tokens: Tokens, label_names: Sequence[str]) -> Iterator[str]:
    """Lines of a file that fastText reads; labels by their numbers, for their names may hold spaces.

    A text without a label, of which fastText can learn nothing, has no line.
    """
    number = {name: index for index, name in enumerate(label_names)}
    for example, row in zip(corpus.examples, tokens, strict=True):
        if example.labels:
            yield " ".join([*(f"{_LABEL}{number[label]}" for label in example.labels), *row]) + "\n"
