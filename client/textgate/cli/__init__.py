"""The command line: `textgate classify`, `textgate models`, `textgate health`, `textgate admin`."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing

from textgate import Client, TextgateError, Tls
from textgate.cli.arguments import parser
from textgate.cli.commands import COMMANDS
from textgate.cli.lines import InputError
from textgate.cli.rendering import failure_lines

EXIT_OK = 0
EXIT_FAILED = 1
# What shells report for a program that the signal ended: 128 and its number.
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
DEFAULT_TIMEOUT = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code. 0: done, and for `health` SERVING. 1: the call failed, or not SERVING. 130: Ctrl-C. 141: nobody
        reads the output any more. Wrong usage exits by itself, with 2.
    """
    options = parser().parse_args(arguments)
    try:
        with closing(_client(options)) as client:
            done = COMMANDS[options.command](client, options)
    except TextgateError as error:
        print(*failure_lines(error), sep="\n", file=sys.stderr)
        return EXIT_FAILED
    except InputError as error:
        print(f"textgate: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return EXIT_BROKEN_PIPE
    return EXIT_OK if done else EXIT_FAILED


def _client(options: Namespace) -> Client:
    """Make the client; what it refuses is wrong usage."""
    try:
        return Client(
            options.target, timeout=options.timeout or DEFAULT_TIMEOUT, tls=_tls(options), token=options.token
        )
    except (ValueError, OSError) as error:
        options.refuse(str(error))
        raise


def _tls(options: Namespace) -> Tls | None:
    files = options.tls_ca, options.tls_cert, options.tls_key
    if not options.tls and options.tls_server_name is None and not any(files):
        return None
    ca, certificate, key = files
    return Tls.from_files(
        root_certificates=ca, certificate_chain=certificate, private_key=key, server_name=options.tls_server_name
    )


def _discard_output() -> None:
    """Let Python's own flush at exit find something that takes what is left in the buffer."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
