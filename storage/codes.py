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

from sqlalchemy import ColumnElement, delete, func, text, update
from sqlmodel import Session, col, select

from models.codes import Purpose, SignCode
from models.columns import new_id
from storage.rows import changed

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_SENT = 3  # to one subject, and for one person
HOUR = timedelta(hours=1)
DIGITS = 6
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without characters that look alike
NAME, REST = 4, 8  # of a link code: the prefix it is looked up by, and the secret rest
EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class Codes:
    """Issues and redeems one-time codes, keyed with a secret that is not in the database."""

    secret: bytes = field(repr=False)

    def issue(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: Purpose,
        subject: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> str | None:
        """Issue six digits for an e-mail address, valid for ten minutes; None after three in the last hour.

        The limit counts codes to the same address, whatever their purpose, and those requested by the same person.
        """
        return self._issue(session, tenant_id, purpose, subject, _digits(), now, person_id)

    def redeem(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: Purpose,
        subject: str,
        code: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> SignCode | None:
        """Redeem a code: its row for the first caller with the right one, else None, and one try less.

        A try counts for each unused code of the subject (of those requested by `person_id`, if given).
        """
        digest = self.subject(tenant_id, subject)
        _one_at_a_time(session, digest)
        still_open = (*_unused(tenant_id, purpose, digest, now, person_id), col(SignCode.tries) < MOST_TRIES)
        counted = update(SignCode).where(*still_open).values(tries=col(SignCode.tries) + 1)
        ids = session.connection().execute(counted.returning(col(SignCode.id))).scalars().all()
        rows = session.exec(
            select(SignCode).where(col(SignCode.id).in_(ids)).execution_options(populate_existing=True)
        ).all()
        right = [row for row in rows if hmac.compare_digest(row.digest, self._digest(row.id, plain(code)))]
        return right[0] if right and _use(session, right[0], now) else None

    def tries_left(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: Purpose,
        subject: str,
        now: datetime,
        *,
        person_id: uuid.UUID | None = None,
    ) -> int | None:
        """Tries left for the newest valid code; None where there is none."""
        digest = self.subject(tenant_id, subject)
        wanted = select(SignCode.tries).where(*_unused(tenant_id, purpose, digest, now, person_id))
        tries = session.exec(wanted.order_by(col(SignCode.created_at).desc())).first()
        return None if tries is None else max(0, MOST_TRIES - tries)

    def issue_link(self, session: Session, tenant_id: uuid.UUID, person_id: uuid.UUID, now: datetime) -> str | None:
        """Issue a code to be typed by a user not identified yet: looked up by its prefix, and proven by the rest."""
        name = _letters(NAME)
        code = f"{name}{_letters(REST)}"
        return self._issue(session, tenant_id, Purpose.LINK, name, code, now, person_id)

    def redeem_link(self, session: Session, tenant_id: uuid.UUID, code: str, now: datetime) -> SignCode | None:
        return self.redeem(session, tenant_id, Purpose.LINK, plain(code)[:NAME], code, now)

    def link_tries_left(self, session: Session, tenant_id: uuid.UUID, code: str, now: datetime) -> int | None:
        return self.tries_left(session, tenant_id, Purpose.LINK, plain(code)[:NAME], now)

    def subject(self, tenant_id: uuid.UUID, subject: str) -> str:
        """HMAC that is stored instead of an address; the same for every spelling of it."""
        return self._hmac("subject", tenant_id.hex, normalised(subject))

    def _issue(
        self,
        session: Session,
        tenant_id: uuid.UUID,
        purpose: Purpose,
        subject: str,
        code: str,
        now: datetime,
        person_id: uuid.UUID | None,
    ) -> str | None:
        digest = self.subject(tenant_id, subject)
        _one_at_a_time(session, digest, person_id.hex if person_id else "")
        if _is_too_many(session, tenant_id, digest, purpose, person_id, now):
            return None
        row = SignCode(
            id=new_id(),
            tenant_id=tenant_id,
            purpose=purpose,
            subject=digest,
            person_id=person_id,
            digest="",
            expires_at=now + LASTS,
            created_at=now,
        )
        row.digest = self._digest(row.id, code)
        session.add(row)
        session.flush()
        return code

    def _digest(self, code_id: uuid.UUID, code: str) -> str:
        return self._hmac("code", code_id.hex, code)

    def _hmac(self, *parts: str) -> str:
        return hmac.new(self.secret, "\0".join(("rabisco-code", *parts)).encode(), sha256).hexdigest()


def prune(session: Session, before: datetime, limit: int) -> int:
    """Delete codes that expired before a time; their number."""
    over = select(SignCode.id).where(col(SignCode.expires_at) < before).limit(limit)
    return changed(session, delete(SignCode).where(col(SignCode.id).in_(over)))


def normalised(email: str) -> str:
    """Normalise an e-mail address for comparison."""
    return email.strip().lower()


def is_email(text_: str) -> bool:
    """Whether the syntax is that of an e-mail address; only an e-mail to it proves that it exists."""
    return len(text_) <= 254 and EMAIL.fullmatch(text_) is not None


def plain(code: str) -> str:
    """Remove spaces and hyphens from a typed code, and make it upper case."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def dressed(code: str) -> str:
    """Format a link code in groups of four: `ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _digits() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _is_too_many(
    session: Session,
    tenant_id: uuid.UUID,
    subject: str,
    purpose: Purpose,
    person_id: uuid.UUID | None,
    now: datetime,
) -> bool:
    recent = (col(SignCode.tenant_id) == tenant_id, col(SignCode.created_at) > now - HOUR)
    told = [select(func.count(col(SignCode.id))).where(*recent, col(SignCode.subject) == subject)]
    if person_id is not None:
        is_theirs = (col(SignCode.person_id) == person_id, col(SignCode.purpose) == purpose)
        told.append(select(func.count(col(SignCode.id))).where(*recent, *is_theirs))
    return any(session.exec(count).one() >= MOST_SENT for count in told)


def _unused(
    tenant_id: uuid.UUID, purpose: Purpose, subject: str, now: datetime, person_id: uuid.UUID | None
) -> list[ColumnElement[bool]]:
    return [
        col(SignCode.tenant_id) == tenant_id,
        col(SignCode.purpose) == purpose,
        col(SignCode.subject) == subject,
        col(SignCode.used_at).is_(None),
        col(SignCode.expires_at) > now,
        *([col(SignCode.person_id) == person_id] if person_id else []),
    ]


def _use(session: Session, row: SignCode, now: datetime) -> bool:
    used = update(SignCode).where(col(SignCode.id) == row.id, col(SignCode.used_at).is_(None)).values(used_at=now)
    is_first = changed(session, used) == 1
    session.refresh(row)
    return is_first


def _one_at_a_time(session: Session, *names: str) -> None:
    """Serialise codes of the same subjects until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    locks = {int.from_bytes(sha256(name.encode()).digest()[:8], signed=True) for name in names if name}
    for lock in sorted(locks):  # in a fixed order, to avoid deadlocks
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
