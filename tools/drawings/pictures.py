"""The pictures that are drawn: every kind people send, as files in the formats they send them in.

Photographs are those in scikit-image's wheel (free ones, `skimage.data` says whose), changed by code where a kind is
missing; the rest is drawn by code. The same file is written every time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from fakes import sample_pictures
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps
from skimage import data

from tools.drawings import drawn_pictures

_ORIENTATION_TAG: Final = 274
_TURN_RIGHT: Final = 6  # of that tag: to be turned by 90 degrees clockwise
_HUGE: Final = (8000, 6000)

Pixels = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Specimen:
    """A picture to draw: `kind` is the row of `bars.toml` it is measured by.

    `original` is the picture before code made it worse, in which contours are looked for.
    """

    name: str
    kind: str
    build: Callable[[], Image.Image]
    suffix: str = ".png"
    options: tuple[tuple[str, Any], ...] = ()
    original: Callable[[], Image.Image] | None = None

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.name}{self.suffix}"
        self.build().save(path, **dict(self.options))
        return path

    def load_original(self) -> Pixels | None:
        return np.asarray(self.original().convert("RGB")) if self.original else None


def _load(name: str) -> Image.Image:
    return Image.fromarray(getattr(data, name)()).convert("RGB")


def _load_motorcycle() -> Image.Image:
    return Image.fromarray(data.stereo_motorcycle()[0]).convert("RGB")


def _draw(draw: Callable[..., Pixels], *size: int) -> Image.Image:
    return Image.fromarray(draw(*size))


def _build_small_faces() -> Image.Image:
    """Three framed portraits on a wall: the astronaut at three small sizes, one mirrored."""
    wall = np.linspace((196, 205, 198), (222, 226, 214), 1280)[None].repeat(720, axis=0)
    image = Image.fromarray(np.clip(wall + np.random.default_rng(2).normal(0, 2, wall.shape), 0, 255).astype(np.uint8))
    person = _load("astronaut").crop((60, 0, 400, 512))
    for number, height in enumerate((420, 330, 250)):
        small = person.resize((round(height * person.width / person.height), height), Image.Resampling.LANCZOS)
        turned = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number % 2 else small
        framed = ImageOps.expand(ImageOps.expand(turned, 14, "#F6F2E8"), 12, "#5A3A22")
        image.paste(framed, (110 + 410 * number, 360 - framed.height // 2))
    return image


def _build_group() -> Image.Image:
    """Two people side by side: the astronaut, and mirrored."""
    person = _load("astronaut").crop((30, 0, 480, 512))
    both = Image.new("RGB", (2 * person.width, person.height))
    both.paste(person, (0, 0))
    both.paste(person.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (person.width, 0))
    return both


def _build_dark() -> Image.Image:
    light = np.asarray(_load("astronaut")).astype(np.float32) / 255
    return Image.fromarray((light**2 * 110).astype(np.uint8))


def _build_noisy() -> Image.Image:
    """A night photograph of a cheap phone: grain of 25 levels."""
    grain = np.random.default_rng(1).normal(0, 25, (300, 451, 3))
    return Image.fromarray(np.clip(data.chelsea() + grain, 0, 255).astype(np.uint8))


def _build_tall() -> Image.Image:
    """9:16, as phones film."""
    return _load("astronaut").crop((80, 0, 368, 512)).resize((720, 1280), Image.Resampling.LANCZOS)


def _build_deep() -> Image.Image:
    """16 bits of grey."""
    return Image.fromarray(data.camera().astype(np.uint16) * 257)


def _build_logo() -> Image.Image:
    return Image.fromarray(data.logo())


def _build_silhouette() -> Image.Image:
    """One bit a pixel."""
    return Image.fromarray(~data.horse()).convert("1")


def _build_huge() -> Image.Image:
    return _load("rocket").resize(_HUGE, Image.Resampling.BICUBIC)


_EXIF = Image.Exif()
_EXIF[_ORIENTATION_TAG] = _TURN_RIGHT

SPECIMENS: Final = (
    Specimen("astronaut", "photo", partial(_load, "astronaut"), ".jpg", (("quality", 92),)),
    Specimen("small-faces", "photo", _build_small_faces, ".jpg", (("quality", 90),)),
    Specimen("group", "photo", _build_group, ".webp", (("quality", 90),)),
    Specimen("tall", "photo", _build_tall, ".jpg", (("quality", 90),)),
    Specimen("dark", "photo", _build_dark, ".jpg", (("quality", 90),), partial(_load, "astronaut")),
    Specimen("tiny", "photo", lambda: _load("astronaut").resize((100, 100), Image.Resampling.LANCZOS)),
    Specimen("camera", "photo", _build_deep),
    Specimen("motorcycle", "photo", _load_motorcycle, ".jpg", (("quality", 90),)),
    Specimen("rocket", "photo", partial(_load, "rocket"), ".heic", (("quality", 85),)),
    Specimen("huge", "photo", _build_huge, ".jpg", (("quality", 80),)),
    Specimen("coffee", "photo", partial(_load, "coffee"), ".jpg", (("quality", 90),)),
    Specimen("blurred", "soft", lambda: _load("coffee").filter(ImageFilter.GaussianBlur(2.5)), ".jpg",
             original=partial(_load, "coffee")),
    Specimen("cat", "photo", lambda: _load("chelsea").convert("CMYK"), ".tif"),
    Specimen("noisy", "photo", _build_noisy, original=partial(_load, "chelsea")),
    Specimen("turned", "photo", lambda: _load_motorcycle().transpose(Image.Transpose.ROTATE_90), ".jpg",
             (("exif", _EXIF), ("quality", 90))),
    Specimen("clock", "soft", lambda: Image.fromarray(data.clock())),
    Specimen("coins", "photo", lambda: Image.fromarray(data.coins())),
    Specimen("moon", "photo", lambda: Image.fromarray(data.moon())),
    Specimen("scene", "photo", partial(_draw, sample_pictures.draw_photo), ".jpg", (("quality", 90),)),
    Specimen("landscape", "photo", partial(_draw, drawn_pictures.draw_landscape)),
    Specimen("skyline", "photo", partial(_draw, drawn_pictures.draw_skyline)),
    Specimen("clip-art", "drawing", lambda: _draw(drawn_pictures.draw_clip_art).quantize(64), ".gif"),
    Specimen("child", "drawing", partial(_draw, drawn_pictures.draw_childs_drawing), ".jpg", (("quality", 90),)),
    Specimen("cat-lines", "drawing", partial(_draw, sample_pictures.draw_line_drawing)),
    Specimen("logo", "drawing", _build_logo),
    Specimen("horse", "drawing", _build_silhouette),
    Specimen("screenshot", "text", drawn_pictures.draw_screenshot),
    Specimen("writing", "text", partial(_draw, sample_pictures.draw_text_page)),
    Specimen("letter", "text", drawn_pictures.draw_letter),
    Specimen("page", "text", lambda: Image.fromarray(data.page())),
)  # fmt: skip
