"""What the data speak for: a preset, and settings on top of it, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.presets.files import load_preset
from training.presets.portrait import Portrait

# Tokens of train that two ordinary cores, at some 40,000 tokens a second, get through in about a quarter of an hour of
# `accuracy` (24 epochs, two passes a step), and in about an hour of `balanced` (12 epochs).
_MOST_TOKENS = {"accuracy": 800_000, "balanced": 12_000_000}
_DEFAULT_MAX_TOKENS = 256
_LONGER = 512
_FEW_TEXTS = 1_000
_MANY_LABELS = 50


@dataclass(frozen=True)
class Hint:
    """One thing that the data speak for.

    Attributes:
        path: dotted path of a setting; empty for the preset itself.
        value: what it should be.
        reason: a phrase.
    """

    path: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Advice:
    """A preset and what to change in it.

    Attributes:
        preset: name of the preset.
        hints: the preset first.
    """

    preset: str
    hints: tuple[Hint, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """The preset's settings with the changes, as nested dictionaries."""
        tree = load_preset(self.preset)
        for hint in self.hints:
            if hint.path:
                section, _, name = hint.path.partition(".")
                tree.setdefault(section, {})[name] = hint.value
        return tree

    @property
    def lines(self) -> list[str]:
        """What was chosen and why, a line each."""
        return [f"{hint.path or 'preset'} = {hint.value}: {hint.reason}" for hint in self.hints]


def advise(portrait: Portrait) -> Advice:
    """Choose by what train looks like: how much there is of it, how long, in which language, how skewed."""
    preset, reason = _preset(portrait)
    return Advice(preset, (Hint("", preset, reason), *_changes(portrait, preset)))


def _preset(portrait: Portrait) -> tuple[str, str]:
    amount = f"{portrait.texts:,} texts of {portrait.mean_length:.0f} tokens on the average"
    if portrait.tokens <= _MOST_TOKENS["accuracy"]:
        return "accuracy", f"{amount} are few enough for long training"
    if portrait.tokens <= _MOST_TOKENS["balanced"]:
        return "balanced", f"{amount} would take accuracy too long"
    return "speed", f"{amount} would take hours otherwise"


def _changes(portrait: Portrait, preset: str) -> Iterator[Hint]:
    if portrait.is_han:
        yield Hint("model.input_ngrams", 2, "most letters are Han characters, and their meaning is in pairs of them")
    if preset == "balanced" and portrait.long_length > _DEFAULT_MAX_TOKENS:
        reason = f"one text in twenty has more than {_DEFAULT_MAX_TOKENS} tokens ({portrait.long_length:,} and more)"
        yield Hint("tokenizer.max_tokens", _LONGER, reason)
    if portrait.texts < _FEW_TEXTS:
        reason = f"with {portrait.texts:,} texts a narrow network learns as much and remembers less by heart"
        yield Hint("model.units", 64, reason)
        yield Hint("vocabulary.min_count", 1, "of so few texts every token counts")
    if portrait.labels >= _MANY_LABELS and preset == "balanced":
        yield Hint("fit.epochs", 20, f"{portrait.labels} labels take longer to tell apart")
    if portrait.is_skewed and not portrait.multi_label:
        reason = "some classes are rare, so that macro-F1 chooses, to which they count as much as the others"
        yield Hint("fit.class_weights", "effective_number", reason)
