import pytest
from starlette.requests import Request

from bots.web.middleware import allowed_hosts_for, is_same_origin, parse_hostname


def post(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8000", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("LOCALHOST", "localhost"),
        ("", None),
        ("[::1", None),
        ("localhost@evil.example", None),
        ("evil.example/localhost", None),
    ],
)
def test_the_name_is_read_from_a_host_header(host: str, name: str | None) -> None:
    assert parse_hostname(host) == name


def test_only_this_machine_and_the_configured_address_are_ours() -> None:
    assert allowed_hosts_for("") == {"localhost", "127.0.0.1", "::1"}
    assert allowed_hosts_for("https://desenho.example:8443/x") - allowed_hosts_for("") == {"desenho.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"},
        {"host": "rabisco.example", "origin": "https://rabisco.example"},
        {"host": "127.0.0.1:8000", "x_rabisco": "page"},
    ],
)
def test_our_page_and_our_tools_may_send(headers: dict[str, str]) -> None:
    assert is_same_origin(post(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8000", "origin": "https://evil.example"},
        {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:9000"},
        {"host": "127.0.0.1:8000", "origin": "null", "x_rabisco": "page"},
        {"host": "127.0.0.1:8000"},
        {},
    ],
)
def test_other_pages_may_not(headers: dict[str, str]) -> None:
    assert not is_same_origin(post(**headers))
