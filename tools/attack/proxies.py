"""Line 13: figures that are not for everybody, and addresses that are forged through each proxy of the guide."""

import httpx
from fakes.proxy_recipes import PROXIES, VISITOR, Hop

from bots.web.auth.sign_in import CODES_PER_CLIENT
from tools.attack.installation import METRICS_TOKEN, Installation
from tools.attack.target import Attack, Target

HOSTS = ("127.0.0.1:8000", "localhost", "web:8000", "10.0.0.5", "127.0.0.1", "")
PRIVATE_PATHS = ("/metrics", "/health/deep", "/metrics/", "/health/deep/", "/METRICS", "/%6detrics")
TOKENS = ("", "Bearer", "Bearer null", f"Basic {METRICS_TOKEN}", f"Bearer {METRICS_TOKEN[:-1]}")
PROXY = "127.0.0.1"  # where the proxy stands in these attacks


def read_figures(target: Target) -> str:
    """Ask for the figures under every name that could pass for the server's own network, and with wrong tokens."""
    with target.open_client() as client:
        for path in PRIVATE_PATHS:
            for headers in (
                *({"host": host} for host in (*HOSTS, target.host)),
                *({"authorization": token} for token in TOKENS),
                {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"},
                {"x-forwarded-host": "localhost", "x-original-url": "/metrics", "x-rewrite-url": "/metrics"},
            ):
                response = client.get(path, headers=headers)
                if response.status_code == 200:
                    return f"{path} answers to {headers}"
    return ""


def pretend_to_be_many(target: Target) -> str:
    """Ask for codes under a new forwarded address each time."""
    with target.open_client() as client:
        for number in range(CODES_PER_CLIENT + 1):
            if _ask_for_code(client, number, _build_forged_headers(number)) == 429:
                return ""
    return "whoever writes X-Forwarded-For is another client each time"


def _build_forged_headers(number: int) -> dict[str, str]:
    address = f"198.51.100.{number + 1}"
    names = ("x-forwarded-for", "cf-connecting-ip", "x-real-ip", "true-client-ip", "x-client-ip", "x-cluster-client-ip")
    return dict.fromkeys(names, address) | {"forwarded": f"for={address}"}


def _ask_for_code(client: httpx.Client, number: int, headers: dict[str, str]) -> int:
    return client.post("/sign-in", data={"email": f"somebody{number}@example.com"}, headers=headers).status_code


def pretend_behind_proxies(page: Installation) -> str:
    """Ask for codes through each proxy of the guide, with addresses of others written before the proxy's."""
    for trusted in sorted({hop.trusted for hop in PROXIES.values()}):
        with page.open_page(FORWARDED_ALLOW_IPS=f"{trusted},{PROXY}") as behind:
            for number, (name, hop) in enumerate(PROXIES.items(), start=1):
                if hop.trusted == trusted and (found := _pretend_behind(behind, hop, f"203.0.113.{number}")):
                    return f"behind {name} {found}"
    return ""


def _pretend_behind(page: Installation, hop: Hop, visitor: str) -> str:
    """What is achieved by a visitor whose forged address changes with each request; another one is not kept out."""
    with page.open_client(PROXY) as client:
        codes = [
            _ask_for_code(client, number, _forward(hop, visitor, number)) for number in range(CODES_PER_CLIENT + 1)
        ]
        other = _ask_for_code(client, 99, _forward(hop, f"{visitor}9", 99))
    if 429 not in codes:
        return "a forged address makes another client each time"
    return "one client shuts everybody out" if other == 429 else ""


def _forward(hop: Hop, visitor: str, number: int) -> dict[str, str]:
    """The headers of a proxy for that visitor, who has written another address before it."""
    written = _build_forged_headers(number)
    forwarded = (hop.forwarded or "").replace(VISITOR, visitor)
    forged = f"198.51.100.{number + 1}, {forwarded}" if "," in forwarded else forwarded
    return {**written, **hop.more, "x-forwarded-for": forged}


PAGE_ATTACKS: tuple[Attack[Target], ...] = (
    Attack(13, "figures", read_figures),
    Attack(13, "forged addresses", pretend_to_be_many),
)
ATTACKS: tuple[Attack[Installation], ...] = (
    *PAGE_ATTACKS,
    Attack(13, "forged addresses behind proxies", pretend_behind_proxies, is_slow=True),
)
