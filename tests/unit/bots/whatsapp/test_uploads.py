"""Files on their way to WhatsApp: how many lie in memory at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from neonize.proto.Neonize_pb2 import UploadResponse

from bots.core.channel import RenderedMessage, Upload
from bots.whatsapp.sessions.client import MAX_CONCURRENT_FILES
from bots.whatsapp.uploads import MediaUploader, UploadKind


class SlowWire:
    """Takes files, and is done with none before `done`."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    async def upload(self, content: bytes, _kind: object) -> UploadResponse:
        await self.done.wait()
        return UploadResponse(url="", DirectPath="", Handle="", FileLength=len(content))


class File:
    """A path whose file is read by nobody unnoticed."""

    def __init__(self, read: list["File"]) -> None:
        self._read = read

    def read_bytes(self) -> bytes:
        self._read.append(self)
        return b"a film"


async def test_a_file_is_read_when_its_turn_has_come() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # which reads in the order it is asked
    read: list[File] = []
    wire: Any = SlowWire()
    uploads = MediaUploader(wire, None, None)  # type: ignore[arg-type]
    files: list[Any] = [File(read) for _ in range(MAX_CONCURRENT_FILES + 1)]
    sending = [asyncio.create_task(uploads.upload_file(film(each), UploadKind.DOCUMENT)) for each in files]
    await asyncio.sleep(0)  # each has asked for what it needs first
    await asyncio.to_thread(list)  # and has it
    assert read == files[:MAX_CONCURRENT_FILES]
    wire.done.set()
    await asyncio.gather(*sending)
    assert read == files


def film(path: Path) -> Upload:
    return Upload(path, "film.mp4", RenderedMessage(""), 1280, 720, 10.0)
