"""`--preset`: settings that go well together, by name or chosen by the texts."""

import argparse
import sys

from training.cli.arguments import config_from_arguments
from training.config import TrainingConfig
from training.presets.files import AUTO, PRESETS, load_preset


def add_preset_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--preset NAME`."""
    parser.add_argument(
        "--preset",
        choices=(*PRESETS, AUTO),
        help="settings to start from, which --config, flags and --set win over: speed, balanced (the defaults), "
        "accuracy (about four times as long), or auto, which looks at the texts and says what it chose and why",
    )


def config_with_preset(args: argparse.Namespace) -> TrainingConfig:
    """The configuration of a run; what `auto` chose, and why, is said on standard error.

    Raises:
        ConfigError: a setting is unknown or has a wrong value.
        CorpusError: the texts that `auto` should look at cannot be read.
    """
    return config_and_remarks(args)[0]


def config_and_remarks(args: argparse.Namespace) -> tuple[TrainingConfig, dict[str, str]]:
    """The same, and by dotted path why a setting is as `auto` chose it."""
    if args.preset != AUTO:
        return config_from_arguments(args, load_preset(args.preset) if args.preset else None), {}
    from training.presets.look import advise_on  # TensorFlow tokenises: not before it is needed

    advice = advise_on(config_from_arguments(args))
    for line in advice.lines:
        print(f"--preset auto: {line}", file=sys.stderr)
    return config_from_arguments(args, advice.settings), {hint.path: hint.reason for hint in advice.hints}
