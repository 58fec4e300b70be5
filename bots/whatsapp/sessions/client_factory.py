"""Factory of neonize clients, one for each session, on the Go library or a replacement of it."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from neonize.aioze.client import NewAClient
from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps

from storage.messaging.whatsapp_keys import KeyStore

NAME = "Rabisco"  # shown in the phone's list of linked devices


@dataclass(frozen=True, slots=True)
class Clients:
    """Creates clients. `go_library`, if given, replaces neonize's Go library: the same calls, awaited."""

    keys: KeyStore
    go: Any = None

    def make(self, number: UUID) -> NewAClient:
        """A client with the session's keys; without keys it starts pairing.

        Each session has a database of its own, so that its first device is its only one: asking neonize for a missing
        device by JID ends the whole process.
        """
        props = DeviceProps(os=NAME, platformType=DeviceProps.CHROME)
        client = NewAClient(self.keys.location_of(number), props=props, uuid=number.hex)
        # The finalizer of a discarded client would stop its successor, which has the same name.
        client._stop_finalizer.detach()
        if self.go is not None:
            client._NewAClient__client = self.go
        return client


def made_by(factory: str) -> Any:
    """The result of calling `package.module:factory`. Raises ImportError, AttributeError."""
    module, _, name = factory.partition(":")
    return getattr(import_module(module), name)()
