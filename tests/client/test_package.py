"""The package as others meet it: its public names, its types, and its wheel."""

import inspect
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import textgate
from textgate import _calls
from textgate.v1 import model_service_pb2_grpc, text_classifier_pb2_grpc

CLIENT = Path(__file__).resolve().parents[2] / "client"


def test_the_public_names_are_sorted_and_complete() -> None:
    public = {
        name for name, value in vars(textgate).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert textgate.__all__ == sorted(public | {"__version__"})


def test_either_client_takes_the_same_arguments() -> None:
    methods = [name for name in vars(textgate.Client) if not name.startswith("_")]
    assert methods == [name for name in vars(textgate.AsyncClient) if not name.startswith("_")]
    for name in [*methods, "__init__"]:
        blocking, asynchronous = (
            inspect.signature(getattr(kind, name)).parameters for kind in (textgate.Client, textgate.AsyncClient)
        )
        defaults = [
            [(key, value.default, value.kind) for key, value in each.items()] for each in (blocking, asynchronous)
        ]
        assert defaults[0] == defaults[1], name


def test_every_public_function_is_annotated_and_documented() -> None:
    for kind in (textgate.Client, textgate.AsyncClient, textgate.Tls, textgate.RetryPolicy):
        assert kind.__doc__
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("_"):
                continue
            assert method.__doc__, name
            signature = inspect.signature(method)
            assert signature.return_annotation is not inspect.Signature.empty, name
            named = [each for each in signature.parameters.values() if each.name != "self"]
            assert all(each.annotation is not inspect.Parameter.empty for each in named), name


def test_the_paths_of_the_calls_are_those_of_the_generated_stubs() -> None:
    paths: list[str] = []

    class Recorder:
        """A channel that notes what the stubs ask for."""

        def unary_unary(self, path: str, **_: object) -> None:
            paths.append(path)

        stream_stream = unary_unary

    text_classifier_pb2_grpc.TextClassifierStub(Recorder())  # type: ignore[call-overload]
    model_service_pb2_grpc.ModelServiceStub(Recorder())  # type: ignore[call-overload]
    classifier = (_calls.CLASSIFY, _calls.CLASSIFY_STREAM)
    models = (_calls.LIST_MODELS, _calls.GET_MODEL)
    admin = (_calls.LOAD_MODEL, _calls.UNLOAD_MODEL, _calls.SET_LABEL, _calls.SET_TRAFFIC)
    assert [method.path for method in (*classifier, *models, *admin)] == paths


@pytest.mark.slow
def test_the_package_installs_alone_and_works(tmp_path: Path) -> None:
    builder = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(CLIENT)]
    subprocess.run(builder, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("textgate-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    install = [str(binaries / "pip"), "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    listed = subprocess.run([binaries / "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True)
    packages = {line.partition("==")[0].lower() for line in listed.stdout.splitlines()}
    assert packages <= {"textgate", "grpcio", "protobuf", "typing_extensions", "pip", "setuptools", "wheel"}
    health = subprocess.run(
        [binaries / "textgate", "health", "--target", "127.0.0.1:1"], cwd=tmp_path, capture_output=True, text=True
    )
    assert health.returncode == 1
    assert "UNAVAILABLE" in health.stderr
