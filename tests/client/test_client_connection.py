"""Retries, credentials and metadata: what a connection does for every call."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import grpc
import pytest
from scripted_server import Failure, ScriptedServer

from textgate import ResourceExhaustedError, RetryPolicy, Tls, UnavailableError

UNAVAILABLE = Failure(grpc.StatusCode.UNAVAILABLE, "draining")
SLOW_BACKOFF = RetryPolicy(max_attempts=3, initial_backoff=600, max_backoff=600)
FAST_BACKOFF = RetryPolicy(max_attempts=3, initial_backoff=0.01, max_backoff=0.01)


def pushback(milliseconds: int) -> Failure:
    trailers = (("grpc-retry-pushback-ms", str(milliseconds)),)
    return Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "queue is full", trailers)


def attempts(server: ScriptedServer) -> list[str | None]:
    return [call.metadata.get("grpc-previous-rpc-attempts") for call in server.calls]


def test_an_unavailable_server_is_asked_again(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", UNAVAILABLE, UNAVAILABLE)
    assert make_client(server.target, retry=FAST_BACKOFF).classify("a")[0].text == "a"
    assert attempts(server) == [None, "1", "2"]


def test_retrying_ends_with_the_attempts(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", *[UNAVAILABLE] * 3)
    with pytest.raises(UnavailableError, match="draining"):
        make_client(server.target, retry=FAST_BACKOFF).classify("a")
    assert len(server.calls) == 3


def test_an_exhausted_server_is_asked_again_when_it_said(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", pushback(300))
    make_client(server.target, retry=SLOW_BACKOFF, timeout=60).classify("a")
    first, second = server.calls
    assert second.at - first.at >= 0.29


def test_a_server_that_forbids_retries_is_not_asked_again(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", pushback(-1))
    with pytest.raises(ResourceExhaustedError):
        make_client(server.target, retry=FAST_BACKOFF).classify("a")
    assert len(server.calls) == 1


def test_a_large_request_is_sent_again_whole(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", UNAVAILABLE)
    texts = ["x" * 500_000] * 4
    assert len(make_client(server.target, retry=FAST_BACKOFF).classify(texts)) == 4
    assert attempts(server) == [None, "1"]


def test_a_stream_is_opened_again_before_its_first_answer(make_client: Any, server: ScriptedServer) -> None:
    server.script("ClassifyStream", UNAVAILABLE)
    answers = make_client(server.target, retry=FAST_BACKOFF).stream(["a", "b"], batch_size=1)
    assert [result.text for answer in answers for result in answer] == ["a", "b"]


def test_one_attempt_means_no_retries(make_client: Any, server: ScriptedServer) -> None:
    server.script("Classify", UNAVAILABLE)
    with pytest.raises(UnavailableError):
        make_client(server.target, retry=RetryPolicy(max_attempts=1)).classify("a")
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_attempts": 6}, "max_attempts must be 1 to 5, not 6"),
        ({"initial_backoff": 0.001}, "initial_backoff must be at least 0.01, not 0.001"),
        ({"max_backoff": 0}, "max_backoff must be at least 0.01, not 0"),
        ({"backoff_multiplier": -1}, "backoff_multiplier must be above 0"),
    ],
)
def test_a_retry_policy_that_cannot_be_says_which_value(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RetryPolicy(**options)


def test_the_token_and_metadata_go_with_every_call(make_client: Any, server: ScriptedServer) -> None:
    client = make_client(server.target, token="secret", metadata={"tenant": "blue"})
    client.classify("a")
    client.models()
    client.stream(["a"])
    for call in server.calls:
        assert call.metadata["authorization"] == "Bearer secret"
        assert call.metadata["tenant"] == "blue"
        assert call.metadata["user-agent"].startswith("textgate-python/0.1.0")


def test_every_call_has_a_request_id_of_its_own(client: Any, server: ScriptedServer) -> None:
    client.classify("a")
    client.classify("a")
    first, second = (call.metadata["x-request-id"] for call in server.calls)
    assert first != second


@pytest.mark.parametrize("target", ["example.com:8500", "10.0.0.7:8500", "dns:///textgate:8500"])
def test_a_token_does_not_cross_a_network_in_the_clear(make_client: Any, target: str) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        make_client(target, token="secret")


@pytest.mark.parametrize("target", ["localhost:8500", "127.0.0.1:8500", "[::1]:8500", "unix:/run/textgate.sock"])
def test_a_token_may_stay_on_this_machine(make_client: Any, target: str) -> None:
    assert "secret" not in repr(make_client(target, token="secret").client._connection)


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [("", {}, "target is empty"), ("localhost:1", {"timeout": 0}, "timeout must be above 0 seconds, not 0")],
)
def test_a_connection_that_cannot_be_says_why(
    make_client: Any, target: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_client(target, **options)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for textgate.test that vouches for itself, and its key."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=textgate.test", "-addext", "subjectAltName=DNS:textgate.test", "-days", "2"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return paths


@pytest.fixture
def tls_server(certificate: tuple[Path, Path]) -> Iterator[ScriptedServer]:
    """It talks to whoever has the same certificate."""
    chain, key = (path.read_bytes() for path in certificate)
    scripted = ScriptedServer(grpc.ssl_server_credentials([(key, chain)], chain, require_client_auth=True))
    scripted.start()
    yield scripted
    scripted.stop()


def test_mutual_tls_reaches_a_server_by_the_name_in_its_certificate(
    make_client: Any, tls_server: ScriptedServer, certificate: tuple[Path, Path]
) -> None:
    chain, key = certificate
    tls = Tls.from_files(root_certificates=chain, certificate_chain=chain, private_key=key, server_name="textgate.test")
    assert make_client(tls_server.target, tls=tls, token="secret").classify("a")[0].text == "a"


def test_a_server_that_is_not_trusted_is_not_talked_to(make_client: Any, tls_server: ScriptedServer) -> None:
    with pytest.raises(UnavailableError):
        make_client(tls_server.target, tls=Tls(), retry=RetryPolicy(max_attempts=1)).classify("a")
    assert tls_server.calls == []


def test_a_client_certificate_needs_its_key() -> None:
    with pytest.raises(ValueError, match="belong together"):
        Tls(certificate_chain=b"pem")
