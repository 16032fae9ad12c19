"""The command line as a process of its own: signals, pipes, and what it imports."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from scripted_server import ScriptedServer

CLIENT = Path(__file__).resolve().parents[2] / "client"


def environment(server: ScriptedServer) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CLIENT), "TEXTGATE_TARGET": server.target}


def start(server: ScriptedServer, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "textgate", *arguments],
        env=environment(server),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_ctrl_c_while_waiting_for_input_ends_quietly(server: ScriptedServer) -> None:
    with start(server, "classify", "--batch-size", "1") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"red\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"red 0.2500\tred\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b""


def test_ctrl_c_while_waiting_for_the_server_ends_quietly(server: ScriptedServer) -> None:
    server.script("Classify", server.hold)
    with start(server, "classify", "red") as process:
        assert server.reached.wait(20)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert server.cancelled.wait(20)


def test_a_reader_that_goes_away_ends_it_quietly(server: ScriptedServer) -> None:
    with start(server, "classify", "--batch-size", "1") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"red\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"green\n")
        process.stdin.close()
        assert process.wait(20) == 141
        assert process.stderr.read() == b""


def test_importing_the_client_loads_no_numeric_library(server: ScriptedServer) -> None:
    program = "import json, sys, textgate, textgate.cli; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, env=environment(server), check=True, capture_output=True).stdout
    packages = {name.partition(".")[0] for name in json.loads(output)}
    third_party = packages - set(sys.stdlib_module_names) - {"__main__"}
    # grpc itself looks whether grpc_health, grpc_reflection and grpc_tools are there, and loads them.
    allowed = {"textgate", "google", "grpc", "grpc_health", "grpc_reflection", "grpc_tools"}
    allowed |= {"cython_runtime", "typing_extensions"}
    assert {name for name in third_party if not name.startswith("_")} <= allowed
