"""Factory of neonize clients, one for each session, on the Go library or a replacement of it."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from neonize.aioze.client import NewAClient
from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps

from storage.messaging.whatsapp_keys import KeyStore

DEVICE_NAME = "Rabisco"  # shown in the phone's list of linked devices


@dataclass(frozen=True, slots=True)
class ClientFactory:
    """Creates clients. `go_library`, if given, replaces neonize's Go library: the same calls, awaited."""

    key_store: KeyStore
    go_library: Any = None

    def create_client(self, session_id: UUID) -> NewAClient:
        """A client with the session's keys; without keys it starts pairing.

        Each session has a database of its own, so that its first device is its only one: asking neonize for a missing
        device by JID ends the whole process.
        """
        props = DeviceProps(os=DEVICE_NAME, platformType=DeviceProps.CHROME)
        client = NewAClient(self.key_store.location_of(session_id), props=props, uuid=session_id.hex)
        # The finalizer of a discarded client would stop its successor, which has the same name.
        client._stop_finalizer.detach()
        if self.go_library is not None:
            client._NewAClient__client = self.go_library
        return client


def create_from_path(factory_path: str) -> Any:
    """The result of calling `package.module:factory`. Raises ImportError, AttributeError."""
    module, _, name = factory_path.partition(":")
    return getattr(import_module(module), name)()
