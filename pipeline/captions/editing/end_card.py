"""End card: who a film is from, over its last picture out of focus."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from models.captions.style import BaseAppearance, CaptionStyle, TextShadow, WordMotions
from pipeline.captions.boxes import Box
from pipeline.captions.drawing.word_bitmaps import WordBitmaps
from pipeline.captions.editing.accent import find_accent
from pipeline.captions.editing.heading import HeadingLook, derive_heading_style, find_heading_place, lay_out_heading
from pipeline.captions.timeline import CaptionTimeline
from pipeline.media.editing.backdrop import Backdrop
from pipeline.media.editing.layers import Layer
from pipeline.media.overlay import Overlay
from pipeline.media.overlay_effects import fade_overlay
from pipeline.media.pictures.reader import read_with_transparency
from pipeline.media.transcode import Canvas

CARD_SECONDS: Final = Fraction(5, 2)
_FADE_SECONDS: Final = 0.4
_FADE_STEPS: Final = 12
_SCALE: Final = 1.15  # of the captions' size
_MAX_LOGO_SIDE: Final = 2048  # pixels, before it is scaled
_LOGO_SIDE: Final = 0.44  # of the shorter side of the frame, the longer side of a logo
_LOGO_AREA: Final = 0.30  # of the shorter side, the side of a square as large as a logo
_GAP: Final = 0.045  # of the shorter side, between what stands above each other
_LINE: Final = (0.16, 0.008)  # of the shorter side: width and height of the line below a name
_MIDDLE: Final = 0.47  # of the height


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card shows; one of both is enough."""

    name: str = ""
    logo: Path | None = None


class EndCard:
    """Painter of a card, by the seconds since it began."""

    def __init__(self, overlays: Sequence[Overlay]) -> None:
        self._overlays = overlays
        self._shown: tuple[int, list[Layer]] = (-1, [])

    def __call__(self, seconds: float) -> list[Layer]:
        step = min(_FADE_STEPS, max(0, round(seconds / _FADE_SECONDS * _FADE_STEPS)))
        if step != self._shown[0]:
            share = step / _FADE_STEPS
            faded = [fade_overlay(overlay, share) if step < _FADE_STEPS else overlay for overlay in self._overlays]
            self._shown = step, [Backdrop(share), *faded]
        return self._shown[1]


def build_end_card(content: CardContent, style: CaptionStyle, canvas: Canvas, language: str) -> EndCard:
    """A logo, or a name with a line in the style's colour below it. Raises what reading the logo raises."""
    if content.logo:
        return EndCard([_place_logo(content.logo, canvas)])
    return EndCard(_draw_name(content.name, style, canvas, language))


def _place_logo(path: Path, canvas: Canvas) -> Overlay:
    side = min(canvas.width, canvas.height)
    logo = Image.fromarray(read_with_transparency(path, _MAX_LOGO_SIDE))
    logo = logo.crop(logo.getbbox(alpha_only=True))
    scale = side * min(_LOGO_SIDE / max(logo.size), _LOGO_AREA / (logo.width * logo.height) ** 0.5)
    size = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    premultiplied = logo.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    left, top = (canvas.width - size[0]) // 2, round(_MIDDLE * canvas.height - size[1] / 2)
    return Overlay.from_rgba(np.asarray(premultiplied), left, top, canvas.matrix)


def _draw_name(name: str, style: CaptionStyle, canvas: Canvas, language: str) -> list[Overlay]:
    size = canvas.width, canvas.height
    shadow = TextShadow(dy=0.03, blur=0.12, strength=0.6)
    look = HeadingLook(BaseAppearance(fill="#FFFFFF", shadows=(shadow,)), _SCALE, WordMotions())
    heading_style = derive_heading_style(style, look)
    block = lay_out_heading(name.split(), heading_style, find_heading_place(size, _MIDDLE), size, language)
    if block is None:
        return []
    state = CaptionTimeline([block], heading_style.motion).find_state(0.0)
    letters = WordBitmaps(heading_style, language, canvas.matrix).build_overlays(block, state) if state else []
    return [*letters, _draw_line(block.box, find_accent(style), canvas)]


def _draw_line(above: Box, colour: str, canvas: Canvas) -> Overlay:
    side = min(canvas.width, canvas.height)
    width, height = round(_LINE[0] * side), max(2, round(_LINE[1] * side))
    image = Image.new("RGBA", (width, height))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, width - 1, height - 1), height / 2, fill=colour)
    top = above.bottom + round(_GAP * side / 2)
    return Overlay.from_rgba(np.asarray(image), (canvas.width - width) // 2, top, canvas.matrix)
