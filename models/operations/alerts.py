"""Alert kinds, and the chats and forum topics they are routed to."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Field, SQLModel

ALERT_CHAT_FORMAT = (
    "ALERT_CHAT takes telegram:-1001234567890, or telegram:-1001234567890/payments=4,numbers=7 for topics"
)


class AlertKind(StrEnum):
    """Subject of an alert; each may have a forum topic of its own."""

    WORKERS = "workers"
    QUEUE = "queue"
    ERRORS = "errors"
    DISK = "disk"
    NUMBERS = "numbers"
    PAYMENTS = "payments"
    DRIFT = "drift"
    SWEEPER = "sweeper"
    REPORT = "report"  # the daily report, which is no alert


INCIDENT_KINDS: Mapping[str, AlertKind] = {
    "disk": AlertKind.DISK,
    "disk-share": AlertKind.DISK,
    "whatsapp": AlertKind.NUMBERS,
    "billing-drift": AlertKind.DRIFT,
    **{kind.value: kind for kind in AlertKind},
}
"""Alert kinds by the prefix of an incident's name."""


def alert_kind_of(incident: str) -> AlertKind:
    """The alert kind of an incident such as `disk:box-1`, `whatsapp-<id>` or `queue`; ERRORS for an unknown one."""
    name = incident.partition(":")[0]
    return INCIDENT_KINDS.get(name) or INCIDENT_KINDS.get(name.partition("-")[0]) or AlertKind.ERRORS


@dataclass(frozen=True, slots=True)
class AlertChat:
    """A Telegram chat, and the forum topics in it by alert kind."""

    chat: str
    topics: Mapping[AlertKind, str] = field(default_factory=dict)


def parse_alert_chat(text: str) -> AlertChat:
    """Parse the ALERT_CHAT setting. Raises ValueError with the expected format."""
    match = re.fullmatch(r"telegram:(-?\d{1,20})(?:/(.*))?", text.strip())
    if match is None:
        raise ValueError(ALERT_CHAT_FORMAT)
    topics = dict(_parse_topic(part) for part in (match[2] or "").split(",") if part.strip())
    return AlertChat(match[1], topics)


def _parse_topic(part: str) -> tuple[AlertKind, str]:
    kind, _, topic = part.strip().partition("=")
    if kind not in set(AlertKind) or not topic.isdecimal():
        raise ValueError(f"{ALERT_CHAT_FORMAT}; the topics are {', '.join(AlertKind)}")
    return AlertKind(kind), topic


class AlertRoute(SQLModel, table=True):
    """The chat that receives alerts of one kind instead of the owners; an empty kind stands for all others."""

    __tablename__ = "alert_place"

    kind: str = Field(default="", primary_key=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")
