"""The main path from end to end, by the commands that a user would type: train, serve, ask.

Usage: python docs/demo/demo.py [--corpus en|zh] [--plain-python PYTHON]
"""

import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpora import DemoCorpus, prepare_corpus

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path("build/demo")
START_SECONDS = 60


def main() -> int:
    """Run the demo; the exit code is that of the first step that fails."""
    arguments = _parse_arguments()
    os.chdir(ROOT)
    folder = FOLDER / arguments.corpus
    repository = folder / "models"
    started = time.monotonic()
    try:
        corpus = prepare_corpus(arguments.corpus, folder)
        _say(f"Labelled texts: {corpus.title} ({corpus.train}, {corpus.test})")
        _train(corpus, repository)
        port = _free_port()
        with _server(repository, port, folder / "server.log"):
            _ask(corpus, f"localhost:{port}", arguments.plain_python)
    except subprocess.CalledProcessError as error:
        print(
            f"\nThe demo stopped: `{shlex.join(map(str, error.cmd))}` ended with {error.returncode}.", file=sys.stderr
        )
        return int(error.returncode) or 1
    except KeyboardInterrupt:
        return 130
    _say(f"Done in {time.monotonic() - started:.0f} s. Now with texts of your own")
    print(NEXT_STEPS.format(python=_python(), repository=repository))
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", choices=("en", "zh"), default="en", help="English news or Chinese reviews")
    parser.add_argument("--plain-python", default=sys.executable, help="a Python that has grpcio and grpcio-tools")
    return parser.parse_args()


def _train(corpus: DemoCorpus, repository: Path) -> None:
    _say("Train: a bidirectional LSTM, and a linear model to be measured against")
    files = ("--train", str(corpus.train), "--test", str(corpus.test))
    # Few epochs: the demo is to be over in minutes. Without --set the defaults train longer, and better.
    shorter = ("--set", "fit.epochs=6", "--set", "fit.learning_rate=0.003")
    where = ("--name", corpus.name, "--repository", str(repository))
    _run(sys.executable, "-m", "training", "train", *files, *where, *shorter)


@contextmanager
def _server(repository: Path, port: int, log_path: Path) -> Iterator[None]:
    _say("Serve: every model of the repository, over gRPC")
    command = [sys.executable, "-m", "service", "--repository", str(repository), "--port", str(port)]
    _show(command)
    with log_path.open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_serving(server, port, log_path)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(timeout=60)
            print(f"\nServer stopped by SIGTERM, exit code {code}; its log: {log_path}")


def _wait_until_serving(server: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    health = [*_TEXTGATE, "health", "--target", f"localhost:{port}"]
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if server.poll() is not None:
            break
        if subprocess.run(health, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    print(log_path.read_text(), file=sys.stderr)
    raise subprocess.CalledProcessError(server.poll() or 1, server.args)


def _ask(corpus: DemoCorpus, target: str, plain_python: str) -> None:
    _say("Ask, with the textgate client")
    _run(*_TEXTGATE, "models", "--target", target)
    _run(*_TEXTGATE, "classify", "--target", target, "--top-k", "2", *corpus.questions)
    _say("Ask, with plain grpcio and the .proto alone")
    _run(plain_python, "docs/demo/plain_client.py", target, *corpus.questions)


def _run(*command: str) -> None:
    _show(list(command))
    subprocess.run(command, check=True)


def _show(command: list[str]) -> None:
    print(f"$ {shlex.join(command)}", flush=True)


def _say(headline: str) -> None:
    print(f"\n── {headline} ".ljust(100, "─"), flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _python() -> str:
    path = Path(sys.executable)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


_TEXTGATE = (str(Path(sys.executable).parent / "textgate"),)
NEXT_STEPS = """
  {python} -m training check --train my.csv          # columns text,label; or TSV, JSONL, fastText, folders
  {python} -m training train --train my.csv --name my-model
  {python} -m service --repository models
  .venv/bin/textgate classify --model my-model "a text"

  Each command explains itself with --help. This demo's model is in {repository}."""

if __name__ == "__main__":
    sys.exit(main())
