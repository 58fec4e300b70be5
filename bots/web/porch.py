"""The way in to the page in production: a code by e-mail, and then a cookie for thirty days."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Network, ip_address

import structlog
from starlette.requests import Request

from bots.core.letters import LetterNotSent, Letters, code_letter
from bots.core.rate import Pace
from bots.web.guests import Guest, guest_id, signed_in
from models.codes import Purpose
from models.people import Account
from models.sessions import PageSession
from storage import page_sessions
from storage.codes import Codes
from storage.db import Database

COOKIE = "__Host-rabisco"  # a browser takes it from us alone: with Secure, for every path, for no other host
LASTS = timedelta(days=30)
LETTERS_PER_CLIENT = 20  # an hour, whatever the addresses
TRIES_PER_CLIENT = 60  # an hour; a household may share an address
HOUR = 3600.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Porch:
    """Lets people in to one account's page. `secret` is the house's: it makes ids out of addresses."""

    db: Database
    account: Account
    secret: bytes
    codes: Codes
    letters: Letters
    monotonic: Callable[[], float] = time.monotonic
    _letters: Pace = field(init=False)
    _tries: Pace = field(init=False)

    def __post_init__(self) -> None:
        self._letters = Pace(LETTERS_PER_CLIENT, self.monotonic, HOUR)
        self._tries = Pace(TRIES_PER_CLIENT, self.monotonic, HOUR)

    def guest(self, request: Request) -> Guest | None:
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        with self.db.reading() as session:
            found = page_sessions.guest(session, self.account.id, _digest(token), self.db.clock())
        return signed_in(found) if found else None

    def asks_too_much(self, request: Request) -> bool:
        """Whether this is one letter too many from where the request came; it is counted."""
        return self._letters.exceeded(client_of(request))

    def tries_too_much(self, request: Request) -> bool:
        """Whether this is one code too many from where the request came; it is counted."""
        return self._tries.exceeded(client_of(request))

    def send_code(self, address: str, language: str) -> None:
        """Send a code, if that address may have one now. Nobody is told whether it may."""
        with self.db.transaction() as session:
            code = self.codes.issue(session, self.account.tenant_id, Purpose.SIGNIN, address, self.db.clock())
        if code is None:
            log.info("sign-in-code-held-back")
            return
        try:
            self.letters.send(code_letter(language, address, code))
        except LetterNotSent as error:
            log.error("sign-in-letter-not-sent", error=str(error))  # noqa: TRY400 - the trace tells nothing more

    def let_in(self, address: str, code: str) -> str | None:
        """The cookie of a new session for whoever has that address; None when the code is not right."""
        now, token = self.db.clock(), secrets.token_urlsafe(32)
        with self.db.transaction() as session:
            if self.codes.redeem(session, self.account.tenant_id, Purpose.SIGNIN, address, code, now) is None:
                return None
            who = guest_id(self.secret, self.account.tenant_id, address)
            begun = PageSession(digest=_digest(token), account_id=self.account.id, guest=who, expires_at=now + LASTS)
            page_sessions.begin(session, begun)
        return token

    def sign_out(self, request: Request) -> None:
        """End the session for good: its cookie is worth nothing from now on, wherever there is a copy."""
        with self.db.transaction() as session:
            page_sessions.end(session, self.account.id, _digest(request.cookies.get(COOKIE, "")))

    def prune(self) -> int:
        """Forget sessions that are over."""
        with self.db.transaction() as session:
            return page_sessions.prune(session, self.db.clock())


def client_of(request: Request) -> str:
    """Where a request comes from: an address, or a network of version 6, which one household has whole."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(IPv6Network((address, 64), strict=False)) if address.version == 6 else str(address)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
