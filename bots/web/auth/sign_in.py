"""Sign-in to the chat page in production: a code by email, then a session cookie for thirty days."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from itsdangerous import BadData, Signer
from sqlmodel import Session
from starlette.requests import Request

from bots.core.delivery.email import EmailNotSent, EmailSender, build_code_email
from bots.core.rate_limit import SlidingWindowLimiter
from bots.web.auth.client_network import client_network_of
from bots.web.auth.session import PageUser, normalize_mailbox, page_user_for, page_user_id_for
from models.identity.people import Account
from models.identity.sessions import PageSession
from storage.db import Database
from storage.identity import page_sessions, people
from storage.identity.code_limits import RequestingBrowser
from storage.identity.codes import OneTimeCodeService

SESSION_COOKIE = "__Host-rabisco"  # the prefix makes browsers require Secure, path `/` and no domain
KNOWN_COOKIE = "__Host-rabisco-known"  # says, signed, whose address this browser has signed in with
SESSION_LIFETIME = timedelta(days=30)
CODES_PER_CLIENT = 20  # an hour, whatever the email addresses
CODES_PER_CLIENT_AND_ADDRESS = 3  # an hour
ATTEMPTS_PER_CLIENT = 60  # an hour; several users may share an IP address
HOUR_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that asks for a code, which no other can use: by its own token, and by its network. One that `is_known`
    has signed in with the same address before.
    """

    token: str
    network: str
    is_known: bool = False


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
    _address_limit: SlidingWindowLimiter = field(init=False)
    _signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self._code_limit = SlidingWindowLimiter(CODES_PER_CLIENT, self.monotonic, HOUR_SECONDS)
        self._attempt_limit = SlidingWindowLimiter(ATTEMPTS_PER_CLIENT, self.monotonic, HOUR_SECONDS)
        self._address_limit = SlidingWindowLimiter(CODES_PER_CLIENT_AND_ADDRESS, self.monotonic, HOUR_SECONDS)
        self._signer = Signer(
            self.secret, salt=b"rabisco known browsers", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def authenticate(self, request: Request) -> PageUser | None:
        token = request.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        with self.db.read_transaction() as session:
            found = page_sessions.find_external_id(session, self.account.id, _hash_token(token), self.db.clock())
        return page_user_for(found) if found else None

    def is_requesting_too_often(self, browser: Browser) -> bool:
        """Whether the client requests too many codes; this request is counted. A known browser has only its own limit,
        so that others of its network cannot use up what it may request.
        """
        return not browser.is_known and self._code_limit.is_exceeded(browser.network)

    def is_trying_too_often(self, browser: Browser) -> bool:
        """Whether the client tries too many codes; this attempt is counted."""
        return not browser.is_known and self._attempt_limit.is_exceeded(browser.network)

    def browser_of(self, request: Request, email: str, token: str) -> Browser:
        """The browser of a request for that address; `token` is the one it got with its first request."""
        is_known = self._is_known(request.cookies.get(KNOWN_COOKIE, ""), email)
        return Browser(token, client_network_of(request), is_known)

    def sign_known(self, email: str) -> str:
        """The cookie of a browser whose user has signed in with that address."""
        return self._signer.sign(self._user_id_for(normalize_mailbox(email))).decode()

    def _is_known(self, cookie: str, email: str) -> bool:
        try:
            return self._signer.unsign(cookie).decode() == self._user_id_for(normalize_mailbox(email))
        except BadData:
            return False

    def send_code(self, email: str, language: str, browser: Browser) -> None:
        """Send a code that this browser may use, if that address may have one now. The response does not reveal
        whether it may.
        """
        is_limited = not browser.is_known and self._address_limit.is_exceeded(
            f"{browser.network} {normalize_mailbox(email)}"
        )
        with self.db.transaction() as session:
            recipient = self._find_recipient(session, email)
            code = None if is_limited else self._issue_code(session, recipient, browser)
        if code is None:
            log.info("sign-in-code-throttled")
            return
        try:
            self.email_sender.send(build_code_email(language, recipient, code))
        except EmailNotSent as error:
            log.error("sign-in-email-not-sent", error=str(error))  # noqa: TRY400 - the traceback adds nothing

    def _issue_code(self, session: Session, recipient: str, browser: Browser) -> str | None:
        requesting = RequestingBrowser(browser.token, browser.is_known)
        return self.codes.issue_sign_in(session, self.account.tenant_id, recipient, requesting, self.db.clock())

    def _find_recipient(self, session: Session, email: str) -> str:
        """The address a code is sent to, whose account it opens. One with a tag costs nothing, so that it is no account
        of its own, unless it has been one before.
        """
        identity = f"{self.account.channel}:{self._user_id_for(email)}"
        has_account = people.find_by_identity(session, self.account.tenant_id, identity) is not None
        return email if has_account else normalize_mailbox(email)

    def _user_id_for(self, email: str) -> str:
        return page_user_id_for(self.secret, self.account.tenant_id, email)

    def create_session(self, email: str, code: str, browser_token: str) -> str | None:
        """Redeem a code that this browser asked for, and begin a session; its cookie, or None for a wrong code."""
        now, token = self.db.clock(), secrets.token_urlsafe(32)
        with self.db.transaction() as session:
            tenant_id, recipient = self.account.tenant_id, self._find_recipient(session, email)
            browser = RequestingBrowser(browser_token)
            if not self.codes.redeem_sign_in(session, tenant_id, recipient, browser, code, now):
                return None
            user_id = self._user_id_for(recipient)
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


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
