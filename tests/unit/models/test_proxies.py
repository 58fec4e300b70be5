"""The networks of trusted proxies."""

from ipaddress import ip_address, ip_network

import pytest

from models.errors import ConfigError
from models.proxies import expand_proxies
from models.settings import Settings


def test_a_name_stands_for_its_networks_and_an_address_for_itself() -> None:
    assert expand_proxies(["10.1.2.3"]) == ("10.1.2.3/32", "::ffff:10.1.2.3/128")
    assert expand_proxies(["::1"]) == ("::1/128",)
    private = [ip_network(each) for each in expand_proxies(["private"])]
    assert any(ip_address("172.17.0.1") in network for network in private)
    assert not any(ip_address("203.0.113.7") in network for network in private)
    cloudflare = [ip_network(each) for each in expand_proxies(["Cloudflare"])]
    assert any(ip_address("162.158.90.12") in network for network in cloudflare)
    assert not any(ip_address("1.1.1.1") in network for network in cloudflare)


@pytest.mark.parametrize("text", ["my-proxy", "10.0.0.0/99", "10.0.0.1/8", "private,nobody"])
def test_what_is_neither_network_nor_name_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match=text.rpartition(",")[2].replace(".", r"\.")):
        _ = Settings(_env_file=None, forwarded_allow_ips=text).trusted_proxies  # type: ignore[call-arg]


def test_everybody_is_believed_nowhere_in_production() -> None:
    everybody = {"_env_file": None, "forwarded_allow_ips": "*"}
    assert Settings(**everybody).trusted_proxies == ("*",)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="name your proxies"):
        _ = Settings(**everybody, mode="production").trusted_proxies  # type: ignore[arg-type]
