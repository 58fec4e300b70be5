"""Line 9 and 13: paths that lead elsewhere, links that are changed, and what answers that nobody asked to."""

import base64
import json

from tools.attack.guest import sign_in
from tools.attack.installation import Installation
from tools.attack.lines import build_head, read_status
from tools.attack.target import Attack, Target

TRICKS = (
    "/media/..%2f..%2f..%2fetc%2fpasswd",
    "/media/%2e%2e/%2e%2e/etc/passwd",
    "/media/%00",
    "/media/" + "A" * 10_000,
    "/media/eyJhIjoxfQ.",
    "/media/.",
    "/media/é",
    "/media/%ff%fe",
    "/static/../../models/settings.py",
    "/static/..%2f..%2fmodels%2fsettings.py",
    "/static/%2e%2e/%2e%2e/app.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/page.js%00.css",
    "/static/..%5c..%5capp.py",
    "/static/" + "a/" * 4_000,
    "/static/" + "a" * 5_000,
    "/static/%ff",
    "//evil.example/",
    "/%0d%0aSet-Cookie:%20a=b",
    "/docs",
    "/openapi.json",
    "/redoc",
    "/stripe/webhook/../../metrics",
    "/stripe/webhook/%00",
    "/stripe/webhook/" + "0" * 5_000,
    "/chat/messages?after=" + "9" * 5_000,
    "/chat/messages/older?before=-1",
    "/chat/messages/older?before=" + "9" * 16,
)
METHODS = ("TRACE", "CONNECT", "PUT", "DELETE", "PROPFIND", "OPTIONS", "HEAD", "X" * 200)


def walk_out(target: Target) -> str:
    """Ask for files outside of what is served, with names that break what reads them."""
    for path in TRICKS:
        with target.connect() as line:
            line.sendall(build_head(target, f"GET {path}", "Connection: close"))
            status = read_status(line, target.seconds)
        if status >= 500 or status in {200, 206}:
            return f"{path[:60]} is answered with {status}"
    return ""


def use_odd_methods(target: Target) -> str:
    """Use methods that nobody serves."""
    for method in METHODS:
        for path in ("/", "/sign-in", "/media/x", "/chat/messages", "/stripe/webhook"):
            with target.connect() as line:
                line.sendall(build_head(target, f"{method} {path}", "Connection: close", "Max-Forwards: 0"))
                status = read_status(line, target.seconds)
            if status >= 500 or (status == 200 and method not in {"OPTIONS", "HEAD"}):
                return f"{method} {path} is answered with {status}"
    return ""


def forge_media_links(target: Target) -> str:
    """Make links to files without the key that signs them."""
    fields = json.dumps(["0" * 32, "a.mp4", "video/mp4", 4_000_000_000, ""]).encode()
    payload = base64.urlsafe_b64encode(fields).rstrip(b"=").decode()
    with target.open_client() as client:
        for signature in ("", ".", ".AAAA", "." + "A" * 43, "." + "A" * 1500, "\u2024" + "A" * 43):
            status = client.get(f"/media/{payload}{signature}").status_code
            if status != 404:
                return f"a link that nobody signed is answered with {status}"
    return ""


def ask_for_many_ranges(page: Installation) -> str:
    """Ask for thousands of ranges of a file."""
    ranges = "bytes=" + ",".join(f"{number}-{number}" for number in range(2_000))
    with sign_in(page) as guest:
        for path in ("/static/page.js", "/static/page.css"):
            response = guest.request("GET", path, headers={"range": ranges})
            if response.status_code >= 500 or len(response.content) > 1_000_000:
                return f"{path} is answered with {response.status_code} and {len(response.content):,} bytes"
    return ""


PAGE_ATTACKS: tuple[Attack[Target], ...] = (
    Attack(13, "paths that lead elsewhere", walk_out),
    Attack(13, "odd methods", use_odd_methods),
    Attack(13, "forged links", forge_media_links),
)
ATTACKS: tuple[Attack[Installation], ...] = (*PAGE_ATTACKS, Attack(9, "many ranges", ask_for_many_ranges))
