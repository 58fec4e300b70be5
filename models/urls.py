"""URLs in settings: what a mail server's must hold, and their passwords."""

from urllib.parse import parse_qs, unquote, urlsplit


def is_smtp_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        sender = parse_qs(parts.query).get("from", [unquote(parts.username or "")])[0]
        return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0 and "@" in sender
    except ValueError:  # the port is not a number
        return False


def parse_password(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "") if "://" in url else ""
    except ValueError:
        return ""
