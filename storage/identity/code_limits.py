"""Limits on the one-time codes that are issued within an hour."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from models.identity.codes import CodePurpose, OneTimeCode

MAX_ISSUED_PER_HOUR = 3  # to one subject, and for one person or requester
MAX_REQUESTED_PER_HOUR = 12  # to one subject by all requesters, most of whom may be strangers
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RequestingBrowser:
    """A browser by its own token. One that `is_known` has proved before that the address is its user's."""

    token: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a code is for, and who asks for it: a person, or a browser."""

    purpose: CodePurpose
    subject: str
    person_id: uuid.UUID | None = None
    browser: RequestingBrowser | None = None


def is_limit_reached(
    session: Session, tenant_id: uuid.UUID, request: CodeRequest, digests: tuple[str, str | None], now: datetime
) -> bool:
    """Whether no other code may be issued now. `digests` are those of the request's subject and requester."""
    recent = (col(OneTimeCode.tenant_id) == tenant_id, col(OneTimeCode.created_at) > now - HOUR)
    limits = _list_limits(request, *digests)
    return any(_count_codes(session, (*recent, *filters)) >= maximum for maximum, filters in limits)


def _list_limits(
    request: CodeRequest, subject: str, requester: str | None
) -> Iterator[tuple[int, list[ColumnElement[bool]]]]:
    """The limits, each with the filters for the codes it counts."""
    to_subject = col(OneTimeCode.subject) == subject
    yield MAX_ISSUED_PER_HOUR, [to_subject, col(OneTimeCode.requester).is_not_distinct_from(requester)]
    if request.browser is not None and not request.browser.is_known:
        yield MAX_REQUESTED_PER_HOUR, [to_subject, col(OneTimeCode.requester).is_not(None)]
    if request.person_id is not None:
        by_person = [col(OneTimeCode.person_id) == request.person_id, col(OneTimeCode.purpose) == request.purpose]
        yield MAX_ISSUED_PER_HOUR, by_person


def _count_codes(session: Session, filters: Iterable[ColumnElement[bool]]) -> int:
    return session.exec(select(func.count(col(OneTimeCode.id))).where(*filters)).one()
