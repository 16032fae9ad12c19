"""Listening: TLS with and without client certificates, addresses, the age of connections."""

import asyncio
import subprocess
from pathlib import Path
from shutil import which

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from service.config import ServiceConfig
from service.healthcheck import main as healthcheck
from service.run import Service
from service.server import AddressError, server_options
from tests.service.fakes import FakeServable
from tests.service.running import loader_of, make_repository, serving


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


async def _health(port: int, credentials: grpc.ChannelCredentials | None) -> int:
    options = [("grpc.ssl_target_name_override", "localhost")]
    target = f"127.0.0.1:{port}"
    channel = (
        grpc.aio.insecure_channel(target)
        if credentials is None
        else grpc.aio.secure_channel(target, credentials, options)
    )
    async with channel:
        reply = await HealthStub(channel).Check(HealthCheckRequest(), timeout=10)
        return int(reply.status)


async def test_tls_server_talks_to_who_trusts_it_and_not_in_the_clear(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    certificate, key = pair
    async with serving(tmp_path, tls_certificate=certificate, tls_key=key) as running:
        trusting = grpc.ssl_channel_credentials(certificate.read_bytes())
        assert await _health(running.port, trusting) == HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError):
            await _health(running.port, None)


async def test_client_certificate_is_asked_for_when_there_is_an_authority(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    certificate, key = pair
    settings = {"tls_certificate": certificate, "tls_key": key, "tls_client_ca": certificate}
    async with serving(tmp_path, **settings) as running:
        known = grpc.ssl_channel_credentials(certificate.read_bytes(), key.read_bytes(), certificate.read_bytes())
        assert await _health(running.port, known) == HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError):
            await _health(running.port, grpc.ssl_channel_credentials(certificate.read_bytes()))


async def test_healthcheck_command_speaks_tls(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    certificate, key = pair
    settings = {"tls_certificate": certificate, "tls_key": key, "tls_client_ca": certificate}
    async with serving(tmp_path, **settings) as running:
        flags = ["--ca", str(certificate), "--certificate", str(certificate), "--key", str(key)]
        command = [f"127.0.0.1:{running.port}", *flags, "--server-name", "localhost"]
        assert await asyncio.to_thread(healthcheck, command, {}) == 0


async def test_taken_port_is_an_error_that_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        config = ServiceConfig(repository=make_repository(tmp_path / "other"), port=running.port)
        with pytest.raises(AddressError, match=f"cannot listen on 127.0.0.1:{running.port}"):
            await Service(config, loader_of(FakeServable())).start()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "[::]", "::"])
async def test_server_listens_where_it_should(host: str, tmp_path: Path) -> None:
    async with serving(tmp_path, host=host) as running:
        assert await _health(running.port, None) == HealthCheckResponse.SERVING


def test_connections_live_for_ever_unless_asked() -> None:
    config = ServiceConfig(repository=Path("models"))
    assert not any("connection_age" in name for name, _ in server_options(config))
    aging = ServiceConfig(repository=Path("models"), max_connection_age_seconds=60, drain_seconds=5)
    assert dict(server_options(aging))["grpc.max_connection_age_ms"] == 60_000
    assert dict(server_options(aging))["grpc.max_connection_age_grace_ms"] == 5_000


def test_answers_may_be_longer_than_requests() -> None:
    options = dict(server_options(ServiceConfig(repository=Path("models"), max_message_bytes=2048)))
    assert options["grpc.max_receive_message_length"] == 2048
    assert options["grpc.max_send_message_length"] == -1
