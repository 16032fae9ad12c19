import numpy as np

from service.ranking import Ranker
from service.types import LabelScore
from textgate.v1.model_info_pb2 import Label, ModelInfo

MULTI_CLASS = ModelInfo(task=ModelInfo.MULTI_CLASS, labels=[Label(name=name) for name in "abcd"])
MULTI_LABEL = ModelInfo(
    task=ModelInfo.MULTI_LABEL,
    labels=[Label(name="a", threshold=0.5), Label(name="b", threshold=0.7), Label(name="c", threshold=0.1)],
)


def names(labels: tuple[LabelScore, ...]) -> str:
    return "".join(label.label for label in labels)


def predicted(labels: tuple[LabelScore, ...]) -> set[str]:
    return {label.label for label in labels if label.predicted}


def scores(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_labels_come_best_first_with_their_scores() -> None:
    (labels,) = Ranker(MULTI_CLASS).rank(scores([0.125, 0.5, 0.0, 0.375]))
    assert labels == (
        LabelScore("b", 0.5, True),
        LabelScore("d", 0.375, False),
        LabelScore("a", 0.125, False),
        LabelScore("c", 0.0, False),
    )
    assert type(labels[0].score) is float
    assert type(labels[0].predicted) is bool


def test_equal_scores_come_in_the_order_of_the_labels_and_the_first_is_predicted() -> None:
    (labels,) = Ranker(MULTI_CLASS).rank(scores([0.2, 0.3, 0.3, 0.2]))
    assert names(labels) == "bcad"
    assert predicted(labels) == {"b"}


def test_top_k_keeps_the_best() -> None:
    first, second = Ranker(MULTI_CLASS).rank(scores([0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]), top_k=2)
    assert (names(first), names(second)) == ("dc", "ab")


def test_top_k_beyond_the_labels_gives_all() -> None:
    assert names(Ranker(MULTI_CLASS).rank(scores([0.1, 0.2, 0.3, 0.4]), top_k=2**31 - 1)[0]) == "dcba"


def test_min_score_is_inclusive_in_single_precision() -> None:
    tenth = float(np.float32(0.1))  # what a float field of a message holds
    (labels,) = Ranker(MULTI_CLASS).rank(scores([0.1, 0.2, 0.3, 0.09]), min_score=tenth)
    assert names(labels) == "cba"


def test_min_score_may_leave_nothing() -> None:
    assert Ranker(MULTI_CLASS).rank(scores([0.25, 0.25, 0.25, 0.25]), min_score=0.5) == [()]


def test_predicted_label_is_the_best_of_all_whatever_is_left_out() -> None:
    (labels,) = Ranker(MULTI_CLASS).rank(scores([0.1, 0.6, 0.2, 0.1]), top_k=1)
    assert predicted(labels) == {"b"}


def test_multi_label_predicts_by_threshold_inclusively() -> None:
    (labels,) = Ranker(MULTI_LABEL).rank(scores([0.5, 0.69, 0.1]))
    assert names(labels) == "bac"
    assert predicted(labels) == {"a", "c"}


def test_multi_label_may_predict_nothing() -> None:
    assert predicted(Ranker(MULTI_LABEL).rank(scores([0.0, 0.0, 0.0]))[0]) == set()
