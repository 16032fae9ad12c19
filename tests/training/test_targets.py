from training.examples import Corpus, Example, Task
from training.targets import fingerprint, multi_hot


def corpus(*rows: tuple[str, tuple[str, ...]]) -> Corpus:
    return Corpus(tuple(Example(text, labels, "f:1") for text, labels in rows), Task.MULTI_LABEL)


def test_targets_are_multi_hot_and_unknown_labels_leave_no_trace() -> None:
    targets = multi_hot(corpus(("x", ("b", "c")), ("y", ()), ("z", ("new",))), ["a", "b", "c"])
    assert targets.tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_fingerprint_changes_with_text_label_order_and_border() -> None:
    rows = [("ab", ("c",)), ("d", ("e",))]
    others = [
        corpus(*reversed(rows)),
        corpus(("a", ("bc",)), rows[1]),
        corpus(("ab", ("x",)), rows[1]),
        corpus(rows[0]),
        corpus(("ab", ()), ("d", ("e",))),
    ]
    prints = {fingerprint(other) for other in (corpus(*rows), *others)}
    assert len(prints) == len(others) + 1
    assert fingerprint(corpus(*rows)) == fingerprint(corpus(*rows))
