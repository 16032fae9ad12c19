from typing import Any

import pytest

from service.interceptors.call import client_of


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
    assert client_of(peer, ()) == client


def test_a_proxy_can_tell_its_clients_apart() -> None:
    assert client_of("ipv4:10.0.0.7:1", [("x-textgate-client", "team-a")]) == "ipv4:10.0.0.7 team-a"


@pytest.mark.parametrize("name", ["", "x" * 129, "a b", "a\nb", b"bytes"])
def test_a_name_that_is_none_is_passed_over(name: Any) -> None:
    assert client_of("ipv4:10.0.0.7:1", [("x-textgate-client", name)]) == "ipv4:10.0.0.7"
