from training.examples import Corpus, Example, Task
from training.presets.portrait import Portrait


def portrait(texts: list[str], labels: list[tuple[str, ...]], task: Task = Task.MULTI_CLASS) -> Portrait:
    examples = tuple(Example(text, of_text, "f:1") for text, of_text in zip(texts, labels, strict=True))
    return Portrait.of(Corpus(examples, task), lambda batch: [text.split() for text in batch])


def test_texts_tokens_and_labels_are_counted() -> None:
    seen = portrait(["a b c", "a", "b c d e"], [("x",), ("y",), ("x",)])
    assert (seen.texts, seen.tokens, seen.labels, seen.long_length) == (3, 8, 2, 4)
    assert seen.mean_length == 8 / 3
    assert not seen.multi_label
    assert not seen.is_han


def test_a_rare_class_makes_it_skewed() -> None:
    assert portrait(["a"] * 200, [("x",)] * 199 + [("y",)]).is_skewed
    assert not portrait(["a"] * 200, [("x",), ("y",)] * 100).is_skewed


def test_han_is_told_from_other_letters() -> None:
    assert portrait(["这个 很 好", "ok"], [("x",), ("y",)]).is_han


def test_texts_without_a_label_count_too() -> None:
    seen = portrait(["a", "b b"], [(), ("x", "y")], Task.MULTI_LABEL)
    assert (seen.texts, seen.labels, seen.multi_label) == (2, 2, True)
