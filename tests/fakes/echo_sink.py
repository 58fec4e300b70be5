"""Update sink in memory that replies with echoes, buttons, progress and a film."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from bots.core.channel import Choice, Inbound, RenderedMessage, Upload
from bots.web.page import PageChannel
from storage.media.media_store import FolderMediaStore


class EchoSink:
    """`ignored` are the ids of updates that were passed over."""

    def __init__(self, folder: Path, media: FolderMediaStore) -> None:
        self.channel: PageChannel | None = None
        self.updates: dict[str, dict[str, object]] = {}
        self.handled: list[Inbound] = []
        self.ignored: list[str] = []
        self.downloads: list[bytes] = []
        self.film_keys: set[str] = set()
        self.pause_seconds = 0.0
        self.answer_choice: Callable[[Inbound], Awaitable[None]] = self._handle_choice
        self._folder = folder
        self._media = media

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        if update_id in self.updates:
            return False
        self.updates[update_id] = body
        return True

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        done = {update for inbound in self.handled for update in inbound.update_ids}
        return [(update, body) for update, body in self.updates.items() if update not in done]

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        return update_ids

    async def ignore(self, update_ids: Sequence[str]) -> None:
        self.ignored += update_ids

    def reserve(self, _inbound: Inbound) -> float | None:
        return 0.0

    async def refuse(self, inbound: Inbound) -> None:
        raise AssertionError(inbound)

    async def handle(self, inbound: Inbound) -> None:
        assert self.channel is not None
        for attachment in inbound.attachments:
            target = self._folder / f"in{len(self.downloads)}"
            await self.channel.fetch(attachment, target)
            self.downloads.append(target.read_bytes())
        self.handled.append(inbound)  # before the answer, which is what tests wait for
        if inbound.choice is not None:
            await self.answer_choice(inbound)
        elif inbound.attachments:
            await self._draw(inbound)
        else:
            await self._echo(inbound)

    async def _echo(self, inbound: Inbound) -> None:
        rows = ((Choice("red", "Red"), Choice("blue", "Blue")), (Choice("", "Help", "https://example.org/help"),))
        text = RenderedMessage(f"You said: {inbound.text}", rows, inbound.message_id, answers=inbound.update_ids[0])
        await self._require_channel().send_text(inbound.chat_ref, text)

    async def _handle_choice(self, inbound: Inbound) -> None:
        await self._require_channel().edit(
            inbound.chat_ref,
            inbound.message_id or "",
            RenderedMessage(f"Chosen: {inbound.choice}", answers=inbound.update_ids[0]),
        )

    async def _draw(self, inbound: Inbound) -> None:
        cancel = ((Choice("cancel", "Cancel"),),)
        send_text, edit = self._require_channel().send_text, self._require_channel().edit
        waiting = RenderedMessage("Waiting in line", cancel, answers=inbound.update_ids[0])
        message = await send_text(inbound.chat_ref, waiting)
        for percent in (20, 40, 60, 80, 100):
            await asyncio.sleep(self.pause_seconds)
            await edit(
                inbound.chat_ref, message, RenderedMessage(f"Drawing… {percent} %\n{'▰' * (percent // 20)}", cancel)
            )
        await edit(inbound.chat_ref, message, RenderedMessage("Done"))
        await self._require_channel().send_video(inbound.chat_ref, self.create_film_upload(inbound.message_id))

    def create_film_upload(self, reply_to: str | None = None, width: int = 320, height: int = 240) -> Upload:
        """Two seconds of a moving gradient, stored in the media store."""
        path, poster = self._folder / "film.mp4", self._folder / "poster.jpg"
        write_film(path, width, height, seconds=2)
        Image.new("RGB", (width, height), (250, 240, 220)).save(poster)
        key = self._media.put(path)
        self.film_keys.add(key)
        caption = RenderedMessage("Your film is ready.", ((Choice("again", "Again"),),), reply_to)
        return Upload(
            self._media.get_local_path(key), "desenho – café.mp4", caption, width, height, 2.0, poster, key=key
        )

    def _require_channel(self) -> PageChannel:
        assert self.channel is not None
        return self.channel


def write_film(path: Path, width: int, height: int, seconds: int, fps: int = 15) -> None:
    """An H.264 film of a gradient that moves."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, fps)
        for number in range(seconds * fps):
            gradient = (np.arange(width)[None, :, None] + number * 6) % 256
            picture = np.broadcast_to(gradient, (height, width, 3)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
