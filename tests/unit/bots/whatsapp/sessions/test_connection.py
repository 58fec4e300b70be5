"""What the library's events mean for a number."""

from typing import Any

import pytest
from neonize.aioze import events as ev
from neonize.proto import Neonize_pb2 as N
from neonize.utils.jid import build_jid

from bots.whatsapp.sessions.connection import EVENT_READERS
from bots.whatsapp.sessions.events import ConnectionEvent
from bots.whatsapp.sessions.states import ConnectionEventKind

PHONE = build_jid("5511990000001")
BAN = ev.TemporaryBanEv.TempBanReason.SENT_TOO_MANY_SAME_MESSAGE


def paired(**about: Any) -> N.PairStatus:
    return N.PairStatus(ID=PHONE, BusinessName="", Platform="android", **about)


@pytest.mark.parametrize(
    ("event", "signal"),
    [
        (
            paired(Status=N.PairStatus.SUCCESS),
            ConnectionEvent(ConnectionEventKind.PAIRED, "5511990000001@s.whatsapp.net"),
        ),
        (paired(Status=N.PairStatus.ERROR, Error="no"), ConnectionEvent(ConnectionEventKind.PAIRING_FAILED, "no")),
        (N.Connected(status=True), ConnectionEvent(ConnectionEventKind.CONNECTED)),
        (N.Disconnected(status=True), ConnectionEvent(ConnectionEventKind.DISCONNECTED)),
        (
            N.LoggedOut(OnConnect=False, Reason=N.LOGGED_OUT),
            ConnectionEvent(ConnectionEventKind.LOGGED_OUT, "LOGGED_OUT"),
        ),
        (
            N.LoggedOut(OnConnect=True, Reason=N.MAIN_DEVICE_GONE),
            ConnectionEvent(ConnectionEventKind.LOGGED_OUT, "MAIN_DEVICE_GONE"),
        ),
        (
            N.LoggedOut(OnConnect=True, Reason=N.UNKNOWN_LOGOUT),
            ConnectionEvent(ConnectionEventKind.BANNED, "UNKNOWN_LOGOUT"),
        ),
        (
            N.TemporaryBan(Code=BAN, Expire=3600),
            ConnectionEvent(ConnectionEventKind.BANNED, "SENT_TOO_MANY_SAME_MESSAGE", 3600.0),
        ),
        (
            N.ConnectFailure(Reason=N.SERVICE_UNAVAILABLE),
            ConnectionEvent(ConnectionEventKind.CLOSED, "SERVICE_UNAVAILABLE"),
        ),
        (N.ConnectFailure(Reason=N.CLIENT_OUTDATED), ConnectionEvent(ConnectionEventKind.OUTDATED)),
        (N.StreamReplaced(), ConnectionEvent(ConnectionEventKind.REPLACED)),
        (N.ClientOutdated(), ConnectionEvent(ConnectionEventKind.OUTDATED)),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, ConnectionEvent) else each.kind,
)
def test_every_event_says_what_happened(event: Any, signal: ConnectionEvent) -> None:
    assert EVENT_READERS[type(event)](event) == signal
