"""`python -m training vectors`: word vectors from texts that have no labels."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.cli.arguments import add_config_arguments, add_setting_arguments, config_from_arguments
from training.config import DataConfig, TrainingConfig
from training.corpus import BadRow, describe_bad_rows, read_texts
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Learn word vectors from texts that need no labels, for a network to start from: what a word means is learned from all
the text there is, and the labelled texts have less to teach. Words are alike that keep the same company (positive
pointwise mutual information of neighbours, factorized). Texts are tokenised as in training, by the settings under
tokenizer.
"""

_EPILOG = """\
examples:
  python -m training vectors mails.txt more-mails.jsonl --output mails.vec
  python -m training train --train labelled.csv --set model.vectors=mails.vec

a table or JSON Lines file gives its text column; any other file, and - for standard input, holds one text a line.

exit codes:
  0  the vectors were written
  1  they were, and some rows were bad and left out (--on-bad-row skip)
  2  a file cannot be read or written, or there is too little text
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `vectors`."""
    parser = subparsers.add_parser(
        "vectors",
        help="learn word vectors from texts without labels",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="texts; - for standard input")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="where to write, such as mails.vec")
    parser.add_argument("--dim", type=int, default=128, help="numbers a vector: model.embedding_dim (default: 128)")
    parser.add_argument("--window", type=int, default=5, help="tokens on either side that count (default: 5)")
    group = parser.add_argument_group("how the files are written")
    add_setting_arguments(group, "data", DataConfig, ("text_column", "encoding", "on_bad_row"))
    add_config_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Learn and write the vectors, and return the exit code."""
    config = config_from_arguments(args)
    load_tensorflow(gpu=False)
    from training.progress import make_progress  # libraries that --help need not wait for
    from training.tokenizer import Tokenizer
    from training.vectors.learned import learn_vectors, write_vectors

    bad_rows: dict[str, list[BadRow]] = {}
    tokenize = Tokenizer(config.tokenizer).tokenize_texts
    message = make_progress(sys.stderr).message
    texts = _good_texts(args.files, config, bad_rows)
    learned = learn_vectors(texts, tokenize, config.vocabulary, args.dim, args.window, message)
    write_vectors(learned, args.output)
    for path, rows in bad_rows.items():
        message(describe_bad_rows(path, rows))
    message(
        f"Wrote {len(learned.words):,} vectors to {args.output}. Next:\n  python -m training train --train FILE "
        f"--set model.vectors={args.output} --set model.embedding_dim={args.dim}"
    )
    return 1 if bad_rows else 0


def _good_texts(files: Iterable[str], config: TrainingConfig, bad_rows: dict[str, list[BadRow]]) -> Iterator[str]:
    """The texts of all files; the bad rows are put aside."""
    for path in files:
        for row in read_texts(path, config.data):
            if isinstance(row, BadRow):
                bad_rows.setdefault(path, []).append(row)
            else:
                yield row.text
