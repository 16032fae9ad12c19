import socket

import pytest

from service.workers.port import PortTakenError, hold_port


def test_a_held_port_can_be_listened_on_by_those_who_share_it_and_by_nobody_else() -> None:
    with hold_port("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
        for _ in range(2):
            with socket.socket() as worker:
                worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                worker.bind(("127.0.0.1", port))
                worker.listen()
                with socket.create_connection(("127.0.0.1", port), 10):
                    worker.accept()[0].close()


@pytest.mark.parametrize("shares", [0, 1], ids=["alone", "shared"])
def test_a_port_that_somebody_listens_on_is_not_taken(shares: int) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shares)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            hold_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["[::1]", "::1", "localhost"])
def test_hosts_are_named_as_the_server_takes_them(host: str) -> None:
    with hold_port(host, 0) as held:
        assert held.getsockname()[1] > 0


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PortTakenError, match="cannot listen on"):
        hold_port("203.0.113.7", 0)
