import pytest

from app.cli.listening import address_of, is_loopback, listen
from app.core.errors import Invalid


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])  # noqa: S104 - asked about
def test_whatever_others_can_reach_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - asked about
        ("::", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_server_is_reached_where_it_listens(host: str, address: str) -> None:
    assert address_of(host, 80) == address


def test_free_port_is_found() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0


def test_taken_port_is_refused_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(Invalid, match="choose another address or port"):
        listen("127.0.0.1", first.getsockname()[1])
