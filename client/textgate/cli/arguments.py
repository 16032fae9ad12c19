"""What the command line takes, and how it explains itself."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from textgate import OnTooLong, Priority, __version__

DEFAULT_TARGET = "localhost:8500"

_EXIT_CODES = """
exit codes:
  0  done; health: SERVING
  1  the call failed; health: not SERVING
  2  wrong usage
"""
_CLASSIFY_EXAMPLES = """
examples:
  textgate classify "Shares fell after the rate decision"
  textgate classify --target models.example:8500 --tls --model topics --top-k 3 "a text" "another one"
  cut -f2 articles.tsv | textgate classify --model topics --json > labelled.jsonl

Without texts, or with - in their place, texts are read from standard input, one a line, and answered as they come; an
empty line is an empty text. Each output line has the labels with their scores, a tab, and the text; labels that the
model does not predict are shown only with --top-k, --min-score or --json.
"""
_MODELS_EXAMPLES = """
examples:
  textgate models                       every version the server knows of, broken ones with the reason
  textgate models topics                what the served version of one model says of itself
  textgate models topics --version 3    the same of a certain version
"""
_HEALTH_EXAMPLES = """
examples:
  textgate health                       the server as a whole
  textgate health topics                one model
  until textgate health; do sleep 1; done
"""
_ADMIN_EXAMPLES = """
examples:
  textgate admin load topics --version 4        serve version 4 beside those that are served
  textgate admin label topics canary 4          calls by the label canary go to version 4 from now on
  textgate admin label topics canary --remove   take the label off again
  textgate admin traffic topics stable=90 canary=10 --shadow 5=0.1
                                                split the calls that name no version, show a tenth to version 5, too
  textgate admin traffic topics                 have the newest version answer again
  textgate admin unload topics --version 3      take version 3 out of service, when its calls are done
  textgate admin unload topics                  take the whole model out of service
  textgate admin load topics                    serve it again, by the server's policy

The server must run with --admin. What is changed lasts until the server ends; its own --versions and --labels say what
it begins with.
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="textgate",
        description="Ask a Textgate server over gRPC.",
        epilog="`textgate COMMAND --help` explains a command, with examples.\n" + _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"textgate {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_classify(_command(commands, "classify", "Classify texts.", _CLASSIFY_EXAMPLES))
    _add_models(_command(commands, "models", "List the models, or describe one.", _MODELS_EXAMPLES))
    _add_health(_command(commands, "health", "Say whether the server, or one model, is serving.", _HEALTH_EXAMPLES))
    _add_admin(commands)
    return whole


def _add_admin(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    description = "Change which versions are served."
    admin = commands.add_parser(
        "admin",
        help=description,
        description=description,
        epilog=_ADMIN_EXAMPLES + _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = admin.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, what in (
        ("load", "Serve a version, beside those that are served already."),
        ("unload", "Take a version out of service, when its calls are done."),
        ("label", "Put a label on a version in service, or take it off."),
        ("traffic", "Say which versions answer calls that name none, and which is shown copies."),
    ):
        command = _command(actions, action, what, _ADMIN_EXAMPLES)
        command.add_argument("model", metavar="MODEL", help="name of the model")
        if action == "label":
            command.add_argument("label", metavar="LABEL", help="such as stable; begins with a letter")
            version = command.add_mutually_exclusive_group(required=True)
            version.add_argument("version", nargs="?", type=_at_least_one, metavar="VERSION", help="where to put it")
            version.add_argument("--remove", action="store_true", help="take the label off")
        elif action == "traffic":
            command.add_argument(
                "split", nargs="*", type=_weighted, metavar="TARGET=WEIGHT", help="a version or label and its weight"
            )
            command.add_argument(
                "--shadow", type=_weighted, metavar="TARGET=SHARE", help="show it copies of so many calls, up to 1"
            )
        else:
            whole = {"load": "what the server's policy says", "unload": "the whole model"}[action]
            command.add_argument("--version", type=_at_least_one, metavar="N", help=f"its version (default: {whole})")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, description: str, examples: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=description,
        description=description,
        epilog=examples + _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(refuse=command.error)
    _add_connection(command)
    return command


def _add_classify(command: argparse.ArgumentParser) -> None:
    command.add_argument("texts", nargs="*", metavar="TEXT", help="texts to classify; none, or -: read standard input")
    command.add_argument(
        "--model", default="", metavar="NAME", help="name of the model; not needed where the server has a single one"
    )
    _add_version_choice(command)
    command.add_argument(
        "--routing-key", default="", metavar="KEY", help="under a traffic split, the same key gets the same version"
    )
    options = command.add_argument_group("options")
    options.add_argument("--top-k", type=int, default=0, metavar="N", help="at most N labels a text, best first")
    options.add_argument("--min-score", type=float, default=0.0, metavar="S", help="no label that scores less than S")
    options.add_argument(
        "--on-too-long",
        type=str.upper,
        choices=[choice.value for choice in OnTooLong],
        default=OnTooLong.TRUNCATE.value,
        help="what to do with a text longer than the model takes (default %(default)s)",
    )
    options.add_argument(
        "--priority",
        type=str.upper,
        choices=[choice.value for choice in Priority],
        default=Priority.NORMAL.value,
        help="bulk for what nobody waits for: it delays nothing else (default %(default)s)",
    )
    options.add_argument(
        "--batch-size",
        type=_at_least_one,
        metavar="N",
        help="lines of standard input to send together (default 32; 1 from a terminal)",
    )


def _weighted(text: str) -> tuple[int | str, float]:
    target, _, number = text.partition("=")
    weight = _number(float, number, 1e-9, "a version or label, =, and a number above 0")
    return (int(target) if target.isdecimal() else target), weight


def _add_models(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", nargs="?", default="", metavar="MODEL", help="describe this model")
    _add_version_choice(command)


def _add_health(command: argparse.ArgumentParser) -> None:
    command.add_argument("service", nargs="?", default="", metavar="MODEL", help="ask for this model")


def _add_version_choice(command: argparse.ArgumentParser) -> None:
    choice = command.add_mutually_exclusive_group()
    choice.add_argument("--version", type=int, metavar="N", help="version of the model (default: the newest)")
    choice.add_argument("--version-label", metavar="LABEL", help="version label, such as stable")


def _add_connection(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON, an object a line")
    group = command.add_argument_group("connection")
    target = os.environ.get("TEXTGATE_TARGET") or DEFAULT_TARGET
    group.add_argument("--target", default=target, help="HOST:PORT (default: TEXTGATE_TARGET; now %(default)s)")
    group.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="for a call (default 30) or all of standard input (no limit)",
    )
    group.add_argument(
        "--token",
        default=os.environ.get("TEXTGATE_TOKEN"),
        help="bearer token; over TLS or to this machine only (default: TEXTGATE_TOKEN, which ps does not show)",
    )
    group.add_argument("--tls", action="store_true", help="encrypt; the --tls-... flags below imply it")
    group.add_argument("--tls-ca", type=Path, metavar="FILE", help="PEM certificates of the authorities to trust")
    group.add_argument("--tls-cert", type=Path, metavar="FILE", help="PEM certificate of this client")
    group.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM private key of this client")
    group.add_argument("--tls-server-name", metavar="NAME", help="name in the server's certificate, if not the host")


def _number(convert: Callable[[str], float], text: str, lowest: float, expected: str) -> float:
    try:
        value = convert(text)
    except ValueError:
        value = lowest - 1
    if not value >= lowest:
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return value


def _at_least_one(text: str) -> int:
    return int(_number(int, text, 1, "a whole number of at least 1"))


def _seconds(text: str) -> float:
    return _number(float, text, 0.001, "a number of seconds above 0")
