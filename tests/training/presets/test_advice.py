from dataclasses import replace
from typing import Any

import pytest

from training.config import load_config
from training.presets.advice import advise
from training.presets.portrait import Portrait

USUAL = Portrait(
    texts=20_000, tokens=600_000, long_length=60, labels=4, multi_label=False, is_skewed=False, is_han=False
)


def changes(**differences: Any) -> dict[str, Any]:
    """What is chosen for a train part that differs so from the usual one, the preset aside."""
    return {hint.path: hint.value for hint in advise(replace(USUAL, **differences)).hints if hint.path}


@pytest.mark.parametrize(("tokens", "preset"), [(600_000, "accuracy"), (6_000_000, "balanced"), (60_000_000, "speed")])
def test_the_more_there_is_to_read_the_quicker_is_the_preset(tokens: int, preset: str) -> None:
    assert advise(replace(USUAL, tokens=tokens)).preset == preset


def test_the_usual_changes_nothing_in_the_preset() -> None:
    assert changes() == {}


def test_chinese_characters_enter_in_pairs() -> None:
    assert changes(is_han=True) == {"model.input_ngrams": 2}


def test_long_texts_are_read_further_where_the_preset_does_not() -> None:
    assert changes(tokens=6_000_000, long_length=700) == {"tokenizer.max_tokens": 512}
    assert changes(long_length=700) == {}


def test_few_texts_make_a_narrow_network() -> None:
    assert changes(texts=300) == {"model.units": 64, "vocabulary.min_count": 1}


def test_rare_classes_weigh_more_but_not_in_multi_label() -> None:
    assert changes(is_skewed=True) == {"fit.class_weights": "effective_number"}
    assert changes(is_skewed=True, multi_label=True) == {}


def test_settings_are_those_of_the_preset_with_the_changes() -> None:
    config = load_config(preset=advise(replace(USUAL, is_han=True)).settings)
    assert config.model.input_ngrams == 2
    assert config.fit.adversarial_epsilon > 0


def test_every_choice_is_told_with_its_reason() -> None:
    lines = advise(replace(USUAL, is_han=True, is_skewed=True)).lines
    assert [line.split(": ")[0] for line in lines] == [
        "preset = accuracy",
        "model.input_ngrams = 2",
        "fit.class_weights = effective_number",
    ]
    assert all(len(line.split(": ", 1)[1]) > 20 for line in lines)
