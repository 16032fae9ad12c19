"""A server on a UNIX socket: who can call it, and what happens to the file."""

import os
import socket
import stat
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_health.v1.health_pb2_grpc import HealthStub

from service.config import ServiceConfig
from service.run import Service
from service.server import AddressError
from service.unix_socket import LONGEST_PATH, SocketInUseError, bind
from tests.service.fakes import FakeServable
from tests.service.running import loader_of, request, serving
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub


def leave_behind(path: Path) -> None:
    """A socket whose process is gone."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


async def test_calls_are_answered_on_socket_and_port_and_the_file_goes_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with serving(tmp_path / "models", unix_socket=path) as running:
        async with grpc.aio.insecure_channel(f"unix:{path}") as channel:
            by_socket = await TextClassifierStub(channel).Classify(request("1 2"))
            await HealthStub(channel).Check(HealthCheckRequest())
        by_port = await running.classifier.Classify(request("1 2"))
        assert by_socket.results == by_port.results
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_permissions_are_those_asked_for_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        async with serving(tmp_path / "models", unix_socket=tmp_path / "s", unix_socket_mode="666"):
            assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o666
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)


async def test_what_a_dead_server_left_behind_is_replaced(tmp_path: Path) -> None:
    leave_behind(tmp_path / "s")
    async with (
        serving(tmp_path / "models", unix_socket=tmp_path / "s"),
        grpc.aio.insecure_channel(f"unix:{tmp_path / 's'}") as channel,
    ):
        await TextClassifierStub(channel).Classify(request("1"))


async def test_the_socket_of_a_living_server_is_left_to_it(tmp_path: Path) -> None:
    repository = tmp_path / "models"
    async with serving(repository, unix_socket=tmp_path / "s"):
        config = ServiceConfig(repository=repository, port=0, unix_socket=tmp_path / "s")
        second = Service(config, loader_of(FakeServable()))
        with pytest.raises(AddressError, match=r"cannot listen on unix:.*/s: another process listens on it"):
            await second.start()
        assert (tmp_path / "s").is_socket()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.write_text("precious"), "no socket"),
        (lambda path: path.symlink_to("elsewhere"), "no socket"),
        (lambda path: path.mkdir(), "no socket"),
    ],
    ids=["file", "link", "folder"],
)
def test_what_is_no_socket_is_never_removed(tmp_path: Path, make: object, reason: str) -> None:
    path = tmp_path / "s"
    make(path)  # type: ignore[operator]
    with pytest.raises(SocketInUseError, match=reason):
        bind(path, 0o600, lambda address: pytest.fail(f"bound {address}"))
    assert path.is_symlink() or path.exists()


def test_a_path_that_the_kernel_could_not_hold_is_refused_with_the_limit() -> None:
    with pytest.raises(SocketInUseError, match=f"{LONGEST_PATH} bytes"):
        bind(Path("/" + "x" * LONGEST_PATH), 0o600, lambda address: pytest.fail(f"bound {address}"))
