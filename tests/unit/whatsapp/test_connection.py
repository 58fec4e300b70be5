"""What the library's events mean for a number."""

from typing import Any

import pytest
from neonize.aioze import events as ev
from neonize.proto import Neonize_pb2 as N
from neonize.utils.jid import build_jid

from bots.whatsapp.sessions.connection import READERS
from bots.whatsapp.sessions.events import Signal
from bots.whatsapp.sessions.states import Happened

PHONE = build_jid("5511990000001")
BAN = ev.TemporaryBanEv.TempBanReason.SENT_TOO_MANY_SAME_MESSAGE


def paired(**about: Any) -> N.PairStatus:
    return N.PairStatus(ID=PHONE, BusinessName="", Platform="android", **about)


@pytest.mark.parametrize(
    ("event", "signal"),
    [
        (paired(Status=N.PairStatus.SUCCESS), Signal(Happened.PAIRED, "5511990000001@s.whatsapp.net")),
        (paired(Status=N.PairStatus.ERROR, Error="no"), Signal(Happened.REFUSED, "no")),
        (N.Connected(status=True), Signal(Happened.CONNECTED)),
        (N.Disconnected(status=True), Signal(Happened.DISCONNECTED)),
        (N.LoggedOut(OnConnect=False, Reason=N.LOGGED_OUT), Signal(Happened.LOGGED_OUT, "LOGGED_OUT")),
        (N.LoggedOut(OnConnect=True, Reason=N.MAIN_DEVICE_GONE), Signal(Happened.LOGGED_OUT, "MAIN_DEVICE_GONE")),
        (N.LoggedOut(OnConnect=True, Reason=N.UNKNOWN_LOGOUT), Signal(Happened.BANNED, "UNKNOWN_LOGOUT")),
        (N.TemporaryBan(Code=BAN, Expire=3600), Signal(Happened.BANNED, "SENT_TOO_MANY_SAME_MESSAGE", 3600.0)),
        (N.ConnectFailure(Reason=N.SERVICE_UNAVAILABLE), Signal(Happened.ENDED, "SERVICE_UNAVAILABLE")),
        (N.ConnectFailure(Reason=N.CLIENT_OUTDATED), Signal(Happened.OUTDATED)),
        (N.StreamReplaced(), Signal(Happened.REPLACED)),
        (N.ClientOutdated(), Signal(Happened.OUTDATED)),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, Signal) else each.what,
)
def test_every_event_says_what_happened(event: Any, signal: Signal) -> None:
    assert READERS[type(event)](event) == signal
