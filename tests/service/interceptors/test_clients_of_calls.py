from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.interceptors.call import Context, client_of


def context(peer: str, *metadata: tuple[str, Any]) -> Context:
    return cast(Context, SimpleNamespace(peer=lambda: peer, invocation_metadata=lambda: metadata))


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("ipv4:10.0.0.7:53422", "ipv4:10.0.0.7"),
        ("ipv6:%5B::1%5D:53422", "ipv6:%5B::1%5D"),
        ("unix:", "unix"),
        ("unix:/run/client.sock", "unix"),
        ("", ""),
    ],
)
def test_a_client_is_where_it_calls_from_whatever_its_port(peer: str, client: str) -> None:
    assert client_of(context(peer)) == client


def test_a_proxy_can_tell_its_clients_apart() -> None:
    assert client_of(context("ipv4:10.0.0.7:1", ("x-textgate-client", "team-a"))) == "ipv4:10.0.0.7 team-a"


@pytest.mark.parametrize("name", ["", "x" * 129, "a b", "a\nb", b"bytes"])
def test_a_name_that_is_none_is_passed_over(name: Any) -> None:
    assert client_of(context("ipv4:10.0.0.7:1", ("x-textgate-client", name))) == "ipv4:10.0.0.7"
