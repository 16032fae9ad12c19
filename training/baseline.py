"""The mark that every network is held against: TF-IDF of words and characters into a linear SVM (scikit-learn)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.svm import LinearSVC

from training.config import BaselineConfig
from training.examples import Corpus
from training.targets import multi_hot

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORDS_OR_MARKS = r"\w+|[^\w\s]"
_CHINESE_CHAR_NGRAMS = 3
_FEW_TEXTS = 100


@dataclass(frozen=True)
class Baseline:
    """A fitted linear model.

    Attributes:
        label_names: of its train part, in the order of the columns of `decision_scores`.
    """

    label_names: tuple[str, ...]
    _pipeline: Any

    @classmethod
    def fit(cls, train: Corpus, config: BaselineConfig) -> Self:
        """Fit on a corpus, which must have two labels at least."""
        label_names = tuple(train.label_names)
        targets = multi_hot(train, label_names)
        # One machine a label either way; for two classes scikit-learn would fit only one of the two, its mirror image.
        classifier = OneVsRestClassifier(LinearSVC(C=0.5))
        pipeline = make_pipeline(_vectorizer(train.texts, config), classifier)
        return cls(label_names, pipeline.fit(train.texts, targets))

    def decision_scores(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Signed distances <float32>[texts, labels]: for multi-class the largest wins."""
        scores = self._pipeline.decision_function(list(texts))
        return np.asarray(scores, dtype=np.float32).reshape(len(texts), len(self.label_names))

    @property
    def parameter_count(self) -> int:
        """Weights of the machines of all labels."""
        return sum(int(machine.coef_.size + machine.intercept_.size) for machine in self._pipeline[-1].estimators_)


def is_mostly_han(texts: Sequence[str]) -> bool:
    """Whether more than half of the letters of the texts are Han characters: such texts have no spaced words."""
    han = sum(len(_HAN.findall(text)) for text in texts)
    letters = sum(len(_LETTER.findall(text)) for text in texts)
    return han * 2 > letters


def _vectorizer(texts: Sequence[str], config: BaselineConfig) -> FeatureUnion:
    """Character n-grams (those that occur twice) and, where words are spaced, word n-grams."""
    min_count = 2 if len(texts) >= _FEW_TEXTS else 1
    if is_mostly_han(texts):
        characters = (1, min(config.char_ngrams, _CHINESE_CHAR_NGRAMS))
        return FeatureUnion([("characters", _tfidf("char", characters, min_count))])
    words = _tfidf("word", (1, config.word_ngrams), 1)
    return FeatureUnion([("words", words), ("characters", _tfidf("char", (2, config.char_ngrams), min_count))])


def _tfidf(analyzer: str, ngrams: tuple[int, int], min_count: int) -> TfidfVectorizer:
    pattern = _WORDS_OR_MARKS if analyzer == "word" else None
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=ngrams, min_df=min_count, sublinear_tf=True, token_pattern=pattern
    )
