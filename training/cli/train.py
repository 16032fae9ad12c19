"""`python -m training train`: from labelled texts to an exported version."""

import argparse
import json
import sys

from training.cli.arguments import (
    add_config_arguments,
    add_data_arguments,
    add_setting_arguments,
)
from training.cli.preset import add_preset_argument, config_with_preset
from training.config import ExportConfig
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Read and check the texts, split dev off train where none is given, fit a network and a TF-IDF linear baseline on the
same texts, calibrate on dev, look at test once, and export a version that was verified in a fresh process.

Ctrl-C while the network is fitted keeps the best weights so far and goes on with the export.
"""

_EPILOG = """\
examples:
  python -m training train --train reviews.csv
  python -m training train --train train.tsv --test test.tsv --name topics --repository models
  python -m training train --train reviews.csv --preset auto
  python -m training train --train mails.jsonl --label-separator '|' --set model.encoding=one_hot
  python -m training train --config models/topics/1/assets.extra/config.json      (the same run again)

settings worth knowing (--set):
  model.architecture=NAME       elman, jordan, lstm, gru, each also as bidirectional_NAME, or transformer
  model.encoding=one_hot        tokens enter as one-hot vectors; often better on long texts
  model.units=256               a wider network
  model.drop_mult=0.5           all dropouts halved; helps when a small network does not even fit train
  model.pooling=attention       or max_mean, max, mean, last: how the states of all tokens become one vector
  ngrams.enabled=no             the network alone, without the linear model of n-grams beside it
  model.vectors=FILE            start from word vectors; `vectors` learns them from texts without labels
  fit.class_weights=balanced    rare labels count more; also effective_number, which is milder
  tokenizer.max_tokens=512      longer texts; `check` shows what would be cut
  fit.epochs=40  fit.seed=1     longer; another start

exit codes:
  0    a version was exported
  1    a version was exported, and its metric is below --fail-under
  2    settings, texts or export are not as they must be; nothing was exported
  130  ended by Ctrl-C before there was a network to keep; nothing was exported
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `train`."""
    parser = subparsers.add_parser(
        "train",
        help="fit a network and a baseline, report on both, export a version",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_preset_argument(parser)
    add_data_arguments(parser)
    group = parser.add_argument_group("export")
    add_setting_arguments(group, "export", ExportConfig, ("repository", "name", "version"))
    add_config_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument(
        "--fail-under",
        type=float,
        metavar="SHARE",
        help="exit with 1 when the network's metric (the one that chose its weights) is below this, such as 0.9",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, print the figures and the place of the version, and return the exit code."""
    config = config_with_preset(args)
    load_tensorflow()
    from training.cli.result_text import result_text  # libraries that --help need not wait for
    from training.progress import make_progress
    from training.report.metrics_json import metrics_dict
    from training.run import run_training

    result = run_training(config, make_progress(sys.stderr))
    if args.json:
        print(json.dumps({"directory": str(result.directory)} | metrics_dict(result.record), ensure_ascii=False))
    else:
        print(result_text(result))
    reached = result.record.evaluation.metrics[result.record.fit.metric]
    return 1 if args.fail_under is not None and reached < args.fail_under else 0
