"""The library's clients: made for a number, with the library itself below them or something else in its place."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from neonize.aioze.client import NewAClient
from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps

from storage.messaging.whatsapp_keys import KeyStore

NAME = "Rabisco"  # as the phone lists it under its linked devices


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes clients. `go`, where it is given, takes the place of the library: the same calls, awaited."""

    keys: KeyStore
    go: Any = None

    def make(self, number: UUID) -> NewAClient:
        """A client for a number, with the keys it has; one that has none yet will ask to be paired.

        Each number has a database of its own, so that the first device in it is the one there is: asking by JID for
        one that is missing ends the whole process.
        """
        props = DeviceProps(os=NAME, platformType=DeviceProps.CHROME)
        client = NewAClient(self.keys.location_of(number), props=props, uuid=number.hex)
        # The finalizer of a client that is thrown away would stop the one that came after it under the same name.
        client._stop_finalizer.detach()
        if self.go is not None:
            client._NewAClient__client = self.go
        return client


def made_by(factory: str) -> Any:
    """What `package.module:factory` makes. Raises ImportError, AttributeError."""
    module, _, name = factory.partition(":")
    return getattr(import_module(module), name)()
