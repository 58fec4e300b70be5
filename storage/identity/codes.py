"""One-time codes: generated here, stored as HMACs, and used up by the right code or too many wrong ones.

Callers must commit the transaction after a wrong code, as it counts the tries.
"""

import hmac
import re
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, text, update
from sqlmodel import Session, col, select

from models.columns import generate_id
from models.identity.codes import CodePurpose, OneTimeCode
from storage.identity.code_limits import CodeRequest, RequestingBrowser, is_limit_reached
from storage.upsert import execute_dml

CODE_LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
DIGIT_COUNT = 6
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without characters that look alike
LINK_PREFIX_LENGTH, LINK_SECRET_LENGTH = 4, 8  # of a link code: the prefix it is looked up by, and the secret rest
EMAIL_PATTERN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class OneTimeCodeService:
    """Issues and redeems one-time codes, keyed with a secret that is not in the database."""

    secret: bytes = field(repr=False)

    def issue(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: CodePurpose,
        subject: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> str | None:
        """Issue six digits for an e-mail address, valid for ten minutes; None after three in the last hour.

        The limit counts codes to the same address, whatever their purpose, and those requested by the same person.
        """
        return self._issue(session, tenant_id, CodeRequest(purpose, subject, person_id), _generate_digits(), now)

    def issue_sign_in(
        self, session: Session, tenant_id: uuid.UUID, email: str, browser: RequestingBrowser, now: datetime
    ) -> str | None:
        """Issue six digits that this browser alone can redeem; None after three in the last hour, or after
        MAX_REQUESTED_PER_HOUR by all browsers, which does not count for one that is known.
        """
        return self._issue(
            session, tenant_id, CodeRequest(CodePurpose.SIGNIN, email, browser=browser), _generate_digits(), now
        )

    def redeem(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: CodePurpose,
        subject: str,
        code: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> OneTimeCode | None:
        """Redeem a code: its row for the first caller with the right one, else None, and one try less.

        A try counts for each unused code of the subject (of those requested by `person_id`, if given).
        """
        return self._redeem(session, tenant_id, CodeRequest(purpose, subject, person_id), code, now)

    def redeem_sign_in(
        self, session: Session, tenant_id: uuid.UUID, email: str, browser: RequestingBrowser, code: str, now: datetime
    ) -> OneTimeCode | None:
        """Redeem a code that this browser asked for, as `redeem` does. Tries count for its own codes: what others type
        takes nothing from it.
        """
        return self._redeem(session, tenant_id, CodeRequest(CodePurpose.SIGNIN, email, browser=browser), code, now)

    def _redeem(
        self, session: Session, tenant_id: uuid.UUID, request: CodeRequest, code: str, now: datetime
    ) -> OneTimeCode | None:
        digest = self.digest_subject(tenant_id, request.subject)
        _lock_subjects(session, digest)
        filters = (
            *_build_unused_filters(tenant_id, request.purpose, digest, now, request.person_id),
            col(OneTimeCode.requester).is_not_distinct_from(self._digest_browser(request.browser)),
            col(OneTimeCode.tries) < MAX_TRIES,
        )
        try_update = update(OneTimeCode).where(*filters).values(tries=col(OneTimeCode.tries) + 1)
        ids = session.connection().execute(try_update.returning(col(OneTimeCode.id))).scalars().all()
        rows = session.exec(
            select(OneTimeCode).where(col(OneTimeCode.id).in_(ids)).execution_options(populate_existing=True)
        ).all()
        matching = [
            row for row in rows if hmac.compare_digest(row.digest, self._digest_code(row.id, normalize_code(code)))
        ]
        return matching[0] if matching and _mark_used(session, matching[0], now) else None

    def count_tries_left(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: CodePurpose,
        subject: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> int | None:
        """Tries left for the newest valid code; None where there is none."""
        digest = self.digest_subject(tenant_id, subject)
        statement = select(OneTimeCode.tries).where(*_build_unused_filters(tenant_id, purpose, digest, now, person_id))
        tries = session.exec(statement.order_by(col(OneTimeCode.created_at).desc())).first()
        return None if tries is None else max(0, MAX_TRIES - tries)

    def issue_link(self, session: Session, tenant_id: uuid.UUID, person_id: uuid.UUID, now: datetime) -> str | None:
        """Issue a code to be typed by a user not identified yet: looked up by its prefix, and proven by the rest."""
        prefix = _generate_letters(LINK_PREFIX_LENGTH)
        code = f"{prefix}{_generate_letters(LINK_SECRET_LENGTH)}"
        return self._issue(session, tenant_id, CodeRequest(CodePurpose.LINK, prefix, person_id), code, now)

    def redeem_link(self, session: Session, tenant_id: uuid.UUID, code: str, now: datetime) -> OneTimeCode | None:
        return self.redeem(session, tenant_id, CodePurpose.LINK, normalize_code(code)[:LINK_PREFIX_LENGTH], code, now)

    def count_link_tries_left(self, session: Session, tenant_id: uuid.UUID, code: str, now: datetime) -> int | None:
        return self.count_tries_left(
            session, tenant_id, CodePurpose.LINK, normalize_code(code)[:LINK_PREFIX_LENGTH], now
        )

    def digest_subject(self, tenant_id: uuid.UUID, subject: str) -> str:
        """HMAC that is stored instead of an address; the same for every spelling of it."""
        return self._compute_hmac("subject", tenant_id.hex, normalize_email(subject))

    def _issue(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        request: CodeRequest,
        code: str,
        now: datetime,
    ) -> str | None:
        digest, person_id = self.digest_subject(tenant_id, request.subject), request.person_id
        requester = self._digest_browser(request.browser)
        _lock_subjects(session, digest, person_id.hex if person_id else "")
        if is_limit_reached(session, tenant_id, request, (digest, requester), now):
            return None
        row = OneTimeCode(
            id=generate_id(),
            tenant_id=tenant_id,
            purpose=request.purpose,
            subject=digest,
            person_id=person_id,
            requester=requester,
            digest="",
            expires_at=now + CODE_LIFETIME,
            created_at=now,
        )
        row.digest = self._digest_code(row.id, code)
        session.add(row)
        session.flush()
        return code

    def _digest_browser(self, browser: RequestingBrowser | None) -> str | None:
        return self._compute_hmac("requester", browser.token) if browser is not None else None

    def _digest_code(self, code_id: uuid.UUID, code: str) -> str:
        return self._compute_hmac("code", code_id.hex, code)

    def _compute_hmac(self, *parts: str) -> str:
        return hmac.new(self.secret, "\0".join(("rabisco-code", *parts)).encode(), sha256).hexdigest()


def prune_expired(session: Session, before: datetime, limit: int) -> int:
    """Delete codes that expired before a time; their number."""
    expired = select(OneTimeCode.id).where(col(OneTimeCode.expires_at) < before).limit(limit)
    return execute_dml(session, delete(OneTimeCode).where(col(OneTimeCode.id).in_(expired)))


def normalize_email(email: str) -> str:
    """Normalise an e-mail address for comparison."""
    return email.strip().lower()


def is_email(address: str) -> bool:
    """Whether the syntax is that of an e-mail address; only an e-mail to it proves that it exists."""
    return len(address) <= 254 and EMAIL_PATTERN.fullmatch(address) is not None


def normalize_code(code: str) -> str:
    """Remove spaces and hyphens from a typed code, and make it upper case."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def format_link_code(code: str) -> str:
    """Format a link code in groups of four: `ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _generate_digits() -> str:
    return f"{secrets.randbelow(10**DIGIT_COUNT):0{DIGIT_COUNT}}"


def _generate_letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _build_unused_filters(
    tenant_id: uuid.UUID, purpose: CodePurpose, subject: str, now: datetime, person_id: uuid.UUID | None
) -> list[ColumnElement[bool]]:
    return [
        col(OneTimeCode.tenant_id) == tenant_id,
        col(OneTimeCode.purpose) == purpose,
        col(OneTimeCode.subject) == subject,
        col(OneTimeCode.used_at).is_(None),
        col(OneTimeCode.expires_at) > now,
        *([col(OneTimeCode.person_id) == person_id] if person_id else []),
    ]


def _mark_used(session: Session, row: OneTimeCode, now: datetime) -> bool:
    usage_update = (
        update(OneTimeCode).where(col(OneTimeCode.id) == row.id, col(OneTimeCode.used_at).is_(None)).values(used_at=now)
    )
    is_first = execute_dml(session, usage_update) == 1
    session.refresh(row)
    return is_first


def _lock_subjects(session: Session, *names: str) -> None:
    """Serialise codes of the same subjects until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    locks = {int.from_bytes(sha256(name.encode()).digest()[:8], signed=True) for name in names if name}
    for lock in sorted(locks):  # in a fixed order, to avoid deadlocks
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
