"""What the people of a run send: pictures and spoken videos, no two files alike, each with the film it asks for."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from fakes import sample_pictures, sample_speech
from fakes.telegram_api.files import TelegramFileStore, TelegramMedia, render_photo_sizes
from fakes.telegram_api.people import build_video
from PIL import Image

LARGE: Final = (1280, 800)  # Telegram scales what a phone sends down to 1280 pixels, the longer side
WIDE: Final = (1280, 720)
UPRIGHT: Final = (720, 1280)
MEDIUM: Final = (960, 540)
SMALL: Final = (640, 360)
TINY: Final = (320, 240)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One thing that is sent, as Telegram keeps it: a picture in its sizes, the largest last, or a video."""

    kind: str
    sizes: tuple[TelegramMedia, ...]

    @property
    def content(self) -> bytes:
        """What the bot fetches."""
        return self.sizes[-1].content

    @property
    def seconds(self) -> float:
        return float(self.sizes[-1].duration)

    def numbered(self, number: int) -> "Specimen":
        """The same to look at, and a file of its own: nothing that was found out about another helps with it."""
        return replace(self, sizes=tuple(replace(size, content=_marked(size, number)) for size in self.sizes))

    def message(self, files: TelegramFileStore) -> dict[str, Any]:
        """The fields of a message that carries it."""
        kept = [files.store(size) for size in self.sizes]
        if self.kind == "sketch":
            return {"photo": [each.to_json() | _shape(each.media) for each in kept]}
        (film,) = kept
        about = {"duration": film.media.duration, "mime_type": film.media.mime, "file_name": film.media.name}
        return {"video": film.to_json() | _shape(film.media) | about}


@cache
def mixture() -> tuple[Specimen, ...]:
    """Ten specimens, seven pictures and three videos: what the jobs of a run are taken from in turn."""
    drawn = [
        sample_pictures.draw_photo(*TINY),
        sample_pictures.draw_photo(*LARGE, seed=8),
        sample_pictures.draw_photo(*MEDIUM, seed=9),
        sample_pictures.draw_photo(*UPRIGHT, seed=10),
        sample_pictures.draw_photo(*WIDE, seed=11),
        sample_pictures.draw_line_drawing(*WIDE),
        sample_pictures.draw_text_page(*SMALL),
    ]
    with tempfile.TemporaryDirectory() as name:
        spoken = list(_videos(Path(name)))
    first, second, third = spoken
    photos = [_photo(each) for each in drawn]
    return (*photos[:2], first, *photos[2:4], second, *photos[4:6], third, photos[6])


def errands(of: Sequence[Specimen], count: int, first: int = 0) -> list[Specimen]:
    """So many things to send, in turn, numbered from `first`."""
    return [of[number % len(of)].numbered(number) for number in range(first, first + count)]


def _photo(pixels: sample_pictures.Picture) -> Specimen:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return Specimen("sketch", tuple(render_photo_sizes(buffer.getvalue())))


def _videos(folder: Path) -> Iterator[Specimen]:
    for seconds, size, start in ((2, (320, 180), 1.0), (4, SMALL, 2.0), (5, (360, 640), 6.0)):
        path = sample_speech.write_spoken_video(folder / "video.mp4", seconds=seconds, size=size, start=start)
        yield Specimen("caption", (build_video(path.read_bytes(), size=size, seconds=seconds),))


def _shape(media: TelegramMedia) -> dict[str, int]:
    return {"width": media.width, "height": media.height}


def _marked(media: TelegramMedia, number: int) -> bytes:
    """With its number where no player looks: in a comment of a JPEG, in a free box of an MP4."""
    text = f"{number:08}".encode()
    if media.mime == "image/jpeg":
        return media.content[:2] + b"\xff\xfe" + (2 + len(text)).to_bytes(2) + text + media.content[2:]
    return media.content + (8 + len(text)).to_bytes(4) + b"free" + text
