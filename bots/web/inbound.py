"""The chat page's side of the inbound processor, and the removal of uploads that never arrived whole."""

import asyncio
from datetime import timedelta

from pydantic import TypeAdapter

from bots.core.channel import Inbound
from bots.core.inbound import InboundLimits, IsAlbumOpen, ParsedMessage, UpdateAdapter
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_store import UploadStore
from storage.clock import Clock

UPLOAD_RETENTION = timedelta(hours=24)
SWEEP_SECONDS = 3600.0  # seconds
PAGE_LIMITS = InboundLimits(shutdown_seconds=5.0, retry_seconds=5.0)  # how long what others left may wait

_INBOUND_ADAPTER = TypeAdapter(Inbound)


class PageAdapter(UpdateAdapter[Inbound]):
    """Messages of the page arrive parsed, and with their files in the media store. The browser sends one again that was
    not stored.
    """

    def __init__(self, uploads: UploadStore) -> None:
        self._uploads = uploads

    def id_of(self, update: Inbound) -> str:
        return update.update_ids[0]

    def read(self, update: Inbound, _is_album_open: IsAlbumOpen) -> ParsedMessage:
        return ParsedMessage(update)

    def serialize(self, update: Inbound) -> dict[str, object]:
        body: dict[str, object] = _INBOUND_ADAPTER.dump_python(update, mode="json")
        return body

    def restore(self, body: dict[str, object]) -> ParsedMessage:
        return ParsedMessage(_INBOUND_ADAPTER.validate_python(body))

    async def release(self, inbound: Inbound) -> None:
        """Delete the uploads of a handled message, unless a job has taken them over."""
        await self._uploads.release([attachment.handle for attachment in inbound.attachments])


async def sweep_uploads(uploads: UploadFolder, clock: Clock) -> int:
    """Remove uploads that were not complete within a day; the number of them."""
    return await asyncio.to_thread(uploads.remove_older, clock() - UPLOAD_RETENTION)


async def sweep_uploads_forever(uploads: UploadFolder, clock: Clock) -> None:
    """Sweep now and every hour."""
    while True:
        await sweep_uploads(uploads, clock)
        await asyncio.sleep(SWEEP_SECONDS)
