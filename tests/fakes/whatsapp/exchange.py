"""Backend of the fake Go library: its calls, answered as the real one would after talking to WhatsApp."""

import asyncio
import time
from typing import Any

from fakes.whatsapp.chats import content_name
from fakes.whatsapp.events import EMPTY, LIDS, jid
from fakes.whatsapp.fake import Call
from fakes.whatsapp.faults import Fault
from fakes.whatsapp.lines import Callbacks, Hello, Line
from fakes.whatsapp.posting import NO_CLIENT, Posting, Refused
from fakes.whatsapp.sessions import BadSession
from google.protobuf.message import DecodeError
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

FOREVER = 86_400.0  # seconds
ANSWERS = {
    "SendMessage": N.SendMessageReturnFunction,
    "Upload": N.UploadReturnFunction,
    "DownloadAny": N.DownloadReturnFunction,
    "PairPhone": N.PairPhoneReturnFunction,
}
NAMES = {
    "conversation": "text",
    "extendedTextMessage": "text",
    "editedMessage": "edit",
    "reactionMessage": "reaction",
    "protocolMessage": "revocation",
}
HANGS = frozenset({"Stop", "Disconnect", "IsConnected", "IsLoggedIn"})  # block while a connection is being opened


class Exchange(Posting):
    """Every call of neonize: `connect` for `Neonize`, `call` for the rest."""

    async def connect(self, hello: Hello, callbacks: Callbacks) -> bytes:
        """Returns when the client disconnects, or with an error text."""
        self._note("Neonize", hello.uuid, "")
        fault = self._fault("Neonize", "", self._number(hello))
        self.fake.dialling.add(hello.uuid)
        if fault is not None:
            await self._released(fault)
        self.fake.dialling.discard(hello.uuid)
        callbacks.dialled()
        try:
            line = self._dialled(hello, callbacks, fault)
        except (Refused, BadSession) as error:
            return str(error).encode()
        await self.fake.changes.arrival(lambda: line.is_over, FOREVER)
        return b""

    async def ask(self, call: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        while call in HANGS and uuid in self.fake.dialling:  # noqa: ASYNC110 - it blocks on purpose
            await asyncio.sleep(0.05)
        kind, line = _kind(call, arguments), self.fake.line_of(uuid)
        fault = self._fault(call, kind, line.phone.number if line and line.phone else "")
        self._note(call, uuid, kind)
        if fault is None:
            return self._answered(call, uuid, arguments)
        answer = self._answered(call, uuid, arguments) if fault.after else None
        await self._released(fault)
        if fault.error:
            return _failed(call, fault.error)
        return answer if fault.after else self._answered(call, uuid, arguments)

    def unknown(self, call: str) -> None:
        with self.fake.changes.changing():
            self.fake.problems.append(f"an unexpected call of the library: {call}")

    def PairPhone(self, uuid: bytes, body: bytes) -> bytes:
        line = self.fake.line_of(uuid)
        if line is None or not line.code:
            raise Refused(NO_CLIENT if line is None else "client is already logged in")
        wish = N.PairPhoneParams.FromString(body)
        if not wish.phone.isdecimal() or len(wish.phone) < 7:
            raise Refused("phone number too short or not in international format")
        line.pair_code = f"{len(self.fake.calls):04d}-ABCD"
        return bytes(N.PairPhoneReturnFunction(Code=line.pair_code).SerializeToString())

    def GetMe(self, uuid: bytes) -> bytes:
        line = self.fake.line_of(uuid)
        about = {"Platform": "android", "BussinessName": "", "PushName": "Rabisco", "Initialized": True}
        if line is None or line.phone is None:
            return bytes(N.Device(LID=EMPTY, **about).SerializeToString())
        user, _, number = line.jid.partition("@")[0].partition(":")
        lid = jid(line.phone.lid, LIDS, int(number))
        return bytes(N.Device(JID=jid(user, device=int(number)), LID=lid, **about).SerializeToString())

    def IsConnected(self, uuid: bytes) -> bool:
        line = self.fake.line_of(uuid)
        return line is not None and line.is_up

    def IsLoggedIn(self, uuid: bytes) -> bool:
        return self.IsConnected(uuid)

    def Logout(self, uuid: bytes) -> bytes:
        """The device is removed, without the event."""
        line = self._line(uuid)
        assert line.phone is not None
        self.fake.sessions.remove(line.hello.database, line.jid)
        line.phone.device, line.is_up = "", False
        return b""

    def Disconnect(self, uuid: bytes) -> bytes:
        if line := self.fake.line_of(uuid):
            line.is_up = False
        return b""

    def Stop(self, uuid: bytes) -> bytes:
        if line := self.fake.line_of(uuid):
            line.hangs_up()
        return b""

    def _dialled(self, hello: Hello, callbacks: Callbacks, fault: Fault | None) -> Line:
        if fault is not None and fault.error:
            raise Refused(fault.error)
        known = self.fake.sessions.devices(hello.database)
        line = Line(hello, callbacks)
        with self.fake.changes.changing():
            self.fake.lines.append(line)
            if known and not hello.is_new_device:
                line.jid = known[0]
                self.fake.phone(_user(line.jid)).connects(line)
            else:
                line.shows(self.fake.new_code())
        return line

    def _answered(self, call: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        try:
            with self.fake.changes.changing():
                return getattr(self, call)(uuid, *arguments)
        except Refused as error:
            return _failed(call, str(error))

    def _number(self, hello: Hello) -> str:
        """The phone number of the session a client opens."""
        try:
            known = self.fake.sessions.devices(hello.database)
        except BadSession:
            return ""
        return _user(known[0]) if known else ""

    def _fault(self, call: str, kind: str, number: str) -> Fault | None:
        with self.fake.changes.changing():
            return self.fake.faults.take(call, kind, number)

    async def _released(self, fault: Fault) -> None:
        await self.fake.changes.arrival(lambda: not fault.held, FOREVER)

    def _note(self, call: str, uuid: bytes, kind: str) -> None:
        with self.fake.changes.changing():
            self.fake.calls.append(Call(call, uuid, kind, time.monotonic()))


def _user(jid_text: str) -> str:
    return jid_text.partition("@")[0].partition(":")[0]


def _kind(call: str, arguments: tuple[Any, ...]) -> str:
    """The kind of a sent message: "text", "video", "edit", ..."""
    if call != "SendMessage":
        return ""
    try:
        name = content_name(Message.FromString(arguments[1]))
    except DecodeError:
        return ""
    return NAMES.get(name, name.removesuffix("Message"))


def _failed(call: str, error: str) -> bytes:
    shape = ANSWERS.get(call)
    return bytes(shape(Error=error).SerializeToString()) if shape else error.encode()
