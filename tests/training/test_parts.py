"""The parts of a run: read, checked, dev split off where none is given."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from training.config import DataConfig, TokenizerConfig, TrainingConfig
from training.errors import ConfigError, CorpusError
from training.examples import Corpus, Example, Task
from training.parts import Parts, prepare_parts

TOKENIZER = TokenizerConfig("whitespace", fold_compatibility=False)  # quickly made


def write(path: Path, count: int = 40, key: str = "label", first: int = 0) -> str:
    """Rows of two labels in turn, every text another."""
    labels = [("good", "bad")[number % 2] for number in range(count)]
    rows = [
        {"text": f"a {label} film number {first + number}", key: label if key == "label" else [label]}
        for number, label in enumerate(labels)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def prepare(**data: object) -> tuple[Parts, list[str]]:
    messages: list[str] = []
    return prepare_parts(TrainingConfig(DataConfig(**data), TOKENIZER), messages.append), messages


def corpus(*labels: str) -> Corpus:
    return Corpus(tuple(Example(label, (label,), "f:1") for label in labels), Task.MULTI_CLASS)


def test_given_parts_are_taken_as_they_are(tmp_path: Path) -> None:
    train, dev, test = (
        write(tmp_path / f"{name}.jsonl", count, first=count)
        for name, count in (("train", 40), ("dev", 20), ("test", 22))
    )
    parts, _ = prepare(train=train, dev=dev, test=test)
    assert parts.sizes == {"train": 40, "dev": 20, "test": 22}
    assert parts.label_names == ["bad", "good"]
    assert parts.task is Task.MULTI_CLASS
    assert {example.source.partition(":")[0] for example in parts.dev.examples} == {dev}


def test_dev_is_split_off_train_and_nothing_off_test(tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.jsonl", 100), write(tmp_path / "test.jsonl", 30, first=100)
    parts, _ = prepare(train=train, test=test, dev_fraction=0.2)
    assert parts.sizes == {"train": 80, "dev": 20, "test": 30}
    assert set(parts.train.texts).isdisjoint(parts.dev.texts)
    other, _ = prepare(train=train, test=test, dev_fraction=0.2, split_seed=1)
    assert other.dev != parts.dev


def test_train_and_dev_together_leave_out_labels_that_train_lacks() -> None:
    together = Parts(corpus("a", "b"), corpus("c", "a"), None).train_and_dev
    assert together == corpus("a", "b", "a")


def test_the_last_look_is_at_test_or_else_at_dev() -> None:
    train, dev, test = corpus("a", "b"), corpus("a"), corpus("b")
    assert Parts(train, dev, test).last_look == ("test", test)
    assert Parts(train, dev, None).last_look == ("dev", dev)
    assert Parts(train, dev, None).sizes == {"train": 2, "dev": 1}


def test_an_empty_test_part_is_still_a_test_part() -> None:
    assert Parts(corpus("a"), corpus("a"), corpus()).last_look == ("test", corpus())


def test_labels_are_those_of_train_alone() -> None:
    assert Parts(corpus("b", "a"), corpus("c"), corpus("d")).label_names == ["a", "b"]


def test_the_task_of_train_is_that_of_all_parts(tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.jsonl", 60, key="labels"), write(tmp_path / "test.jsonl", 20, first=60)
    parts, _ = prepare(train=train, test=test)
    assert parts.test is not None
    assert (parts.task, parts.dev.task, parts.test.task) == (Task.MULTI_LABEL,) * 3


def test_without_train_the_flag_is_named() -> None:
    with pytest.raises(ConfigError, match=r"give a file or folder with --train \(data\.train\)"):
        prepare()


def test_what_cannot_be_trained_on_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    train = tmp_path / "train.csv"
    train.write_text("text,label\n" + "".join(f"text {number},good\n" for number in range(30)))
    with pytest.raises(CorpusError, match=r"^train: 1 class only; training needs at least 2: see whether --label-col"):
        prepare(train=str(train))


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("text,label\nmore,good\n")
    test.write_text("text,label\n")
    with pytest.raises(CorpusError) as caught:
        prepare(train=str(train), test=str(test))
    assert {line.partition(":")[0] for line in str(caught.value).splitlines()} == {"train", "test"}


def test_warnings_are_told_and_lesser_findings_are_not(tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.jsonl", 40), Path(write(tmp_path / "test.jsonl", 10, first=36))
    test.write_text(test.read_text() + "\n")
    _, messages = prepare(train=train, test=str(test))
    assert (
        "warning: test: 4 of 10 (40.0 %) rows have a text that also stands in train: test flatters; "
        "remove them from test or from train"
    ) in messages
    assert all(message.startswith("warning: ") for message in messages)
    assert not any("blank line" in message for message in messages)


def test_bad_rows_stop_the_run_or_are_left_out_and_told(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "train.jsonl", 40))
    path.write_text(path.read_text() + "oops\n")
    with pytest.raises(CorpusError, match="1 bad row in"):
        prepare(train=str(path))
    parts, messages = prepare(train=str(path), on_bad_row="skip")
    assert sum(parts.sizes.values()) == 40
    assert f"{path}:41" in messages[0]


def test_the_settings_of_the_check_are_those_of_the_run(tmp_path: Path) -> None:
    data, messages = DataConfig(write(tmp_path / "train.jsonl", 60)), list[str]()
    prepare_parts(TrainingConfig(data, replace(TOKENIZER, max_tokens=2)), messages.append)
    assert any("longer than tokenizer.max_tokens = 2" in message for message in messages)
