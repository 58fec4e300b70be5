"""Backend of the fake Go library: its calls, answered as the real one would after talking to WhatsApp."""

import asyncio
import time
from typing import Any

from fakes.whatsapp.chats import content_field_of
from fakes.whatsapp.client_connection import ClientCallbacks, ClientConnection, ClientHello
from fakes.whatsapp.events import EMPTY_JID, LID_SERVER, build_jid
from fakes.whatsapp.fake import WhatsAppCall
from fakes.whatsapp.faults import WhatsAppFault
from fakes.whatsapp.go_messaging import NO_CLIENT_ERROR, CallRejected, GoMessaging
from fakes.whatsapp.session_files import SessionFileError
from google.protobuf.message import DecodeError
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

MAX_HOLD_SECONDS = 86_400.0  # seconds
RETURN_TYPES = {
    "SendMessage": N.SendMessageReturnFunction,
    "Upload": N.UploadReturnFunction,
    "DownloadAny": N.DownloadReturnFunction,
    "PairPhone": N.PairPhoneReturnFunction,
}
KIND_BY_FIELD = {
    "conversation": "text",
    "extendedTextMessage": "text",
    "editedMessage": "edit",
    "reactionMessage": "reaction",
    "protocolMessage": "revocation",
}
BLOCKED_WHILE_CONNECTING = frozenset(
    {"Stop", "Disconnect", "IsConnected", "IsLoggedIn"}
)  # block while a connection is being opened


class GoBackend(GoMessaging):
    """Every call of neonize: `connect` for `Neonize`, `call` for the rest."""

    async def connect(self, hello: ClientHello, callbacks: ClientCallbacks) -> bytes:
        """Returns when the client disconnects, or with an error text."""
        self._record_call("Neonize", hello.uuid, "")
        fault = self._take_fault("Neonize", "", self._get_number(hello))
        self.fake.connecting_uuids.add(hello.uuid)
        if fault is not None:
            await self._wait_for_release(fault)
        self.fake.connecting_uuids.discard(hello.uuid)
        callbacks.confirm_connecting()
        try:
            connection = self._open_connection(hello, callbacks, fault)
        except (CallRejected, SessionFileError) as error:
            return str(error).encode()
        await self.fake.condition.wait_async(lambda: connection.is_closed, MAX_HOLD_SECONDS)
        return b""

    async def call(self, name: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        while name in BLOCKED_WHILE_CONNECTING and uuid in self.fake.connecting_uuids:  # noqa: ASYNC110 - it blocks on purpose
            await asyncio.sleep(0.05)
        kind, connection = _kind_of(name, arguments), self.fake.connection_of(uuid)
        fault = self._take_fault(name, kind, connection.phone.number if connection and connection.phone else "")
        self._record_call(name, uuid, kind)
        if fault is None:
            return self._execute(name, uuid, arguments)
        answer = self._execute(name, uuid, arguments) if fault.after else None
        await self._wait_for_release(fault)
        if fault.error:
            return _build_error(name, fault.error)
        return answer if fault.after else self._execute(name, uuid, arguments)

    def report_unknown(self, name: str) -> None:
        with self.fake.condition.modify():
            self.fake.problems.append(f"an unexpected call of the library: {name}")

    def PairPhone(self, uuid: bytes, body: bytes) -> bytes:
        connection = self.fake.connection_of(uuid)
        if connection is None or not connection.code:
            raise CallRejected(NO_CLIENT_ERROR if connection is None else "client is already logged in")
        request = N.PairPhoneParams.FromString(body)
        if not request.phone.isdecimal() or len(request.phone) < 7:
            raise CallRejected("phone number too short or not in international format")
        connection.pair_code = f"{len(self.fake.calls):04d}-ABCD"
        return bytes(N.PairPhoneReturnFunction(Code=connection.pair_code).SerializeToString())

    def GetMe(self, uuid: bytes) -> bytes:
        connection = self.fake.connection_of(uuid)
        fields = {"Platform": "android", "BussinessName": "", "PushName": "Rabisco", "Initialized": True}
        if connection is None or connection.phone is None:
            return bytes(N.Device(LID=EMPTY_JID, **fields).SerializeToString())
        user, _, number = connection.jid.partition("@")[0].partition(":")
        lid = build_jid(connection.phone.lid, LID_SERVER, int(number))
        return bytes(N.Device(JID=build_jid(user, device=int(number)), LID=lid, **fields).SerializeToString())

    def IsConnected(self, uuid: bytes) -> bool:
        connection = self.fake.connection_of(uuid)
        return connection is not None and connection.is_connected

    def IsLoggedIn(self, uuid: bytes) -> bool:
        return self.IsConnected(uuid)

    def Logout(self, uuid: bytes) -> bytes:
        """The device is removed, without the event."""
        connection = self._require_connection(uuid)
        assert connection.phone is not None
        self.fake.session_files.remove_device(connection.hello.database, connection.jid)
        connection.phone.device, connection.is_connected = "", False
        return b""

    def Disconnect(self, uuid: bytes) -> bytes:
        if connection := self.fake.connection_of(uuid):
            connection.is_connected = False
        return b""

    def Stop(self, uuid: bytes) -> bytes:
        if connection := self.fake.connection_of(uuid):
            connection.close()
        return b""

    def _open_connection(
        self, hello: ClientHello, callbacks: ClientCallbacks, fault: WhatsAppFault | None
    ) -> ClientConnection:
        if fault is not None and fault.error:
            raise CallRejected(fault.error)
        devices = self.fake.session_files.list_devices(hello.database)
        connection = ClientConnection(hello, callbacks)
        with self.fake.condition.modify():
            self.fake.connections.append(connection)
            if devices and not hello.is_new_device:
                connection.jid = devices[0]
                self.fake.get_phone(_user_of(connection.jid)).connect(connection)
            else:
                connection.show_code(self.fake.generate_code())
        return connection

    def _execute(self, name: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        try:
            with self.fake.condition.modify():
                return getattr(self, name)(uuid, *arguments)
        except CallRejected as error:
            return _build_error(name, str(error))

    def _get_number(self, hello: ClientHello) -> str:
        """The phone number of the session a client opens."""
        try:
            devices = self.fake.session_files.list_devices(hello.database)
        except SessionFileError:
            return ""
        return _user_of(devices[0]) if devices else ""

    def _take_fault(self, name: str, kind: str, number: str) -> WhatsAppFault | None:
        with self.fake.condition.modify():
            return self.fake.faults.take(name, kind, number)

    async def _wait_for_release(self, fault: WhatsAppFault) -> None:
        await self.fake.condition.wait_async(lambda: not fault.held, MAX_HOLD_SECONDS)

    def _record_call(self, name: str, uuid: bytes, kind: str) -> None:
        with self.fake.condition.modify():
            self.fake.calls.append(WhatsAppCall(name, uuid, kind, time.monotonic()))


def _user_of(jid_text: str) -> str:
    return jid_text.partition("@")[0].partition(":")[0]


def _kind_of(call_name: str, arguments: tuple[Any, ...]) -> str:
    """The kind of a sent message: "text", "video", "edit", ..."""
    if call_name != "SendMessage":
        return ""
    try:
        field = content_field_of(Message.FromString(arguments[1]))
    except DecodeError:
        return ""
    return KIND_BY_FIELD.get(field, field.removesuffix("Message"))


def _build_error(name: str, error: str) -> bytes:
    return_type = RETURN_TYPES.get(name)
    return bytes(return_type(Error=error).SerializeToString()) if return_type else error.encode()
