"""Where the operator is told what is amiss: the kinds of alerts, and a chat with a topic for each."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Field, SQLModel

FORM = "ALERT_CHAT takes telegram:-1001234567890, or telegram:-1001234567890/payments=4,numbers=7 for topics"


class AlertKind(StrEnum):
    """What an alert is about; each may have a topic of its own."""

    WORKERS = "workers"
    QUEUE = "queue"
    ERRORS = "errors"
    DISK = "disk"
    NUMBERS = "numbers"
    PAYMENTS = "payments"
    DRIFT = "drift"
    SWEEPER = "sweeper"
    REPORT = "report"  # once a day, and no alert


INCIDENTS: Mapping[str, AlertKind] = {
    "disk": AlertKind.DISK,
    "disk-share": AlertKind.DISK,
    "whatsapp": AlertKind.NUMBERS,
    "billing-drift": AlertKind.DRIFT,
    **{kind.value: kind for kind in AlertKind},
}
"""The kinds of incidents, by what their names begin with."""


def kind_of(incident: str) -> AlertKind:
    """What an incident is about: `disk:box-1`, `whatsapp-<id>`, `queue`."""
    name = incident.partition(":")[0]
    return INCIDENTS.get(name) or INCIDENTS.get(name.partition("-")[0]) or AlertKind.ERRORS


@dataclass(frozen=True, slots=True)
class AlertChat:
    """A chat of Telegram, and the topics in it that kinds have to themselves."""

    chat: str
    topics: Mapping[AlertKind, str] = field(default_factory=dict)


def read_alert_chat(text: str) -> AlertChat:
    """The chat a setting names. Raises ValueError with the form it takes."""
    found = re.fullmatch(r"telegram:(-?\d{1,20})(?:/(.*))?", text.strip())
    if found is None:
        raise ValueError(FORM)
    topics = dict(_topic(part) for part in (found[2] or "").split(",") if part.strip())
    return AlertChat(found[1], topics)


def _topic(part: str) -> tuple[AlertKind, str]:
    kind, _, topic = part.strip().partition("=")
    if kind not in set(AlertKind) or not topic.isdecimal():
        raise ValueError(f"{FORM}; the topics are {', '.join(AlertKind)}")
    return AlertKind(kind), topic


class AlertPlace(SQLModel, table=True):
    """Where alerts go instead of to the owners: one kind of them, or, without a kind, all others."""

    __tablename__ = "alert_place"

    kind: str = Field(default="", primary_key=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")
