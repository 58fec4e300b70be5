"""Proxies whose forwarded headers are believed: addresses, networks, and names for lists of networks."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Network, ip_network

ANY_PROXY = "*"  # believes every client, and so no client's address; refused in production


def split_proxies(text: str) -> tuple[str, ...]:
    """The entries of FORWARDED_ALLOW_IPS."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def expand_proxies(entries: Sequence[str]) -> tuple[str, ...]:
    """The networks that entries stand for; those of IPv4 also as a socket of IPv6 shows them.

    Raises ValueError, whose message is the entry that is no address, network or name.
    """
    return tuple(network for entry in entries for network in _expand(entry))


def _expand(entry: str) -> Iterator[str]:
    if entry == ANY_PROXY:
        yield entry
        return
    for text in _load_networks().get(entry.lower(), (entry,)):
        try:
            network = ip_network(text)
        except ValueError as error:
            raise ValueError(entry) from error
        yield str(network)
        if isinstance(network, IPv4Network):
            yield f"::ffff:{network.network_address}/{96 + network.prefixlen}"


@cache
def _load_networks() -> dict[str, tuple[str, ...]]:
    loaded = tomllib.loads(files("models").joinpath("proxies.toml").read_text("utf-8"))
    return {name: tuple(networks) for name, networks in loaded.items()}
