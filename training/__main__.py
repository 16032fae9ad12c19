"""`python -m training <verb>`: texts to a trained, evaluated, exported model."""

import argparse
import os
import sys
from collections.abc import Sequence

from training.cli import check, compare, evaluate, init, predict, train, vectors
from training.errors import TrainingError

_DESCRIPTION = """\
Train text classifiers on labelled texts and export them, ready to serve.

the usual order:
  check      look at the texts first: duplicates, leaks, rare classes, what would be cut
  compare    train several configurations side by side: which one is worth it? (optional)
  init       write a configuration file with every setting explained, if you want to change some (optional)
  vectors    learn word vectors from texts without labels, to start from (optional)
  train      fit a network and a linear baseline, report on both, export a version
  evaluate   measure an exported version on any labelled file
  predict    label texts with an exported version
"""

_EPILOG = """\
a first run:
  python -m training check --train reviews.csv
  python -m training train --train reviews.csv --name reviews
  echo "what a lovely day" | python -m training predict models/reviews -

exit codes:
  0    done
  1    done, with findings: warnings of check, or a metric below --fail-under
  2    not done: the message says what to change
  130  ended by Ctrl-C, without a result

`python -m training VERB --help` explains each verb.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    args = _make_parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow, which a verb imports when it runs
    try:
        return int(args.run(args))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped by Ctrl-C, before the result was complete", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough of it; closing stdout at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in (check, compare, init, vectors, train, evaluate, predict):
        verb.add_parser(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
