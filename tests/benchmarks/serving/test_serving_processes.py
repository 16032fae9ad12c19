"""Processes are measured as a whole, and nothing that was started is left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.serving.child import Child
from benchmarks.serving.process_usage import Usage, kill_session, processor_seconds
from benchmarks.serving.systems import EmptyHandler

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def test_a_session_is_killed_with_all_that_it_has_started() -> None:
    # The shell starts one process and becomes another; both hold the pipe open until they are gone.
    started = subprocess.Popen(
        ["sh", "-c", "sleep 600 & exec sleep 600"], stdout=subprocess.PIPE, start_new_session=True
    )
    kill_session(started.pid)
    assert started.communicate(timeout=30) == (b"", None)


def test_processor_time_of_a_session_is_that_of_its_processes() -> None:
    busy = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    started = subprocess.Popen(
        [sys.executable, "-S", "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert started.stdout is not None
    started.stdout.readline()
    assert processor_seconds(started.pid) >= 0.15  # counted in hundredths
    started.communicate(b"\n", timeout=30)
    assert processor_seconds(started.pid) == 0


def test_usage_is_that_of_the_process() -> None:
    before = Usage.of(os.getpid())
    with Path(os.devnull).open(), Path(os.devnull).open():
        after = Usage.of(os.getpid())
    assert after.descriptors == before.descriptors + 2
    assert after.threads >= 1
    assert after.resident > 2**20


def test_a_child_answers_task_after_task() -> None:
    with Child([sys.executable, "-S", "-c", ECHO]) as child:
        assert child.ask({"texts": ["好"]}) == {"texts": ["好"]}
        assert child.ask({"seconds": 1.5}) == json.loads('{"seconds": 1.5}')


def test_a_child_that_ends_without_an_answer_is_an_error() -> None:
    with Child([sys.executable, "-S", "-c", "input()"]) as child, pytest.raises(RuntimeError, match="ended"):
        child.ask({})


@pytest.mark.slow
def test_a_system_is_there_while_its_context_lasts(tmp_path: Path) -> None:
    with EmptyHandler(tmp_path, [], tmp_path / "logs") as system:
        assert system.call(system.message(["text"])) == b""
        pid = system.pid
    assert processor_seconds(pid) == 0
    assert list((tmp_path / "logs").iterdir())
