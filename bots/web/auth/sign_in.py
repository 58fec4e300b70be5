"""Sign-in to the chat page in production: a code by email, then a session cookie for thirty days."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Network, ip_address

import structlog
from starlette.requests import Request

from bots.core.delivery.email import EmailNotSent, EmailSender, build_code_email
from bots.core.rate_limit import SlidingWindowLimiter
from bots.web.auth.session import PageUser, page_user_for, page_user_id_for
from models.identity.codes import CodePurpose
from models.identity.people import Account
from models.identity.sessions import PageSession
from storage.db import Database
from storage.identity import page_sessions
from storage.identity.codes import OneTimeCodeService

SESSION_COOKIE = "__Host-rabisco"  # the prefix makes browsers require Secure, path `/` and no domain
SESSION_LIFETIME = timedelta(days=30)
CODES_PER_CLIENT = 20  # an hour, whatever the email addresses
ATTEMPTS_PER_CLIENT = 60  # an hour; several users may share an IP address
HOUR_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SignIn:
    """Signs users in to one account's page. `secret` is the app's: user ids are derived from it and the address."""

    db: Database
    account: Account
    secret: bytes
    codes: OneTimeCodeService
    email_sender: EmailSender
    monotonic: Callable[[], float] = time.monotonic
    _code_limit: SlidingWindowLimiter = field(init=False)
    _attempt_limit: SlidingWindowLimiter = field(init=False)

    def __post_init__(self) -> None:
        self._code_limit = SlidingWindowLimiter(CODES_PER_CLIENT, self.monotonic, HOUR_SECONDS)
        self._attempt_limit = SlidingWindowLimiter(ATTEMPTS_PER_CLIENT, self.monotonic, HOUR_SECONDS)

    def authenticate(self, request: Request) -> PageUser | None:
        token = request.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        with self.db.read_transaction() as session:
            found = page_sessions.find_external_id(session, self.account.id, _hash_token(token), self.db.clock())
        return page_user_for(found) if found else None

    def is_requesting_too_often(self, request: Request) -> bool:
        """Whether the client requests too many codes; this request is counted."""
        return self._code_limit.is_exceeded(client_network_of(request))

    def is_trying_too_often(self, request: Request) -> bool:
        """Whether the client tries too many codes; this attempt is counted."""
        return self._attempt_limit.is_exceeded(client_network_of(request))

    def send_code(self, email: str, language: str) -> None:
        """Send a code, if that address may have one now. The response does not reveal whether it may."""
        with self.db.transaction() as session:
            code = self.codes.issue(session, self.account.tenant_id, CodePurpose.SIGNIN, email, self.db.clock())
        if code is None:
            log.info("sign-in-code-throttled")
            return
        try:
            self.email_sender.send(build_code_email(language, email, code))
        except EmailNotSent as error:
            log.error("sign-in-email-not-sent", error=str(error))  # noqa: TRY400 - the traceback adds nothing

    def create_session(self, email: str, code: str) -> str | None:
        """Redeem a code and begin a session; its cookie, or None when the code is wrong."""
        now, token = self.db.clock(), secrets.token_urlsafe(32)
        with self.db.transaction() as session:
            if self.codes.redeem(session, self.account.tenant_id, CodePurpose.SIGNIN, email, code, now) is None:
                return None
            user_id = page_user_id_for(self.secret, self.account.tenant_id, email)
            page_session = PageSession(
                digest=_hash_token(token),
                account_id=self.account.id,
                guest=user_id,
                expires_at=now + SESSION_LIFETIME,
            )
            page_sessions.start_session(session, page_session)
        return token

    def sign_out(self, request: Request) -> None:
        """End the session on the server: every copy of its cookie is invalid from now on."""
        with self.db.transaction() as session:
            page_sessions.end_session(session, self.account.id, _hash_token(request.cookies.get(SESSION_COOKIE, "")))

    def prune_sessions(self) -> int:
        """Delete expired sessions; the number of them."""
        with self.db.transaction() as session:
            return page_sessions.prune_expired(session, self.db.clock())


def client_network_of(request: Request) -> str:
    """The client's IP address, or its /64 network for IPv6, since one client usually holds all of it."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(IPv6Network((address, 64), strict=False)) if address.version == 6 else str(address)


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
