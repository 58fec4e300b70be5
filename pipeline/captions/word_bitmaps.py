"""Word bitmaps of captions: each appearance of each word, rendered at most once, cached for one block at a time."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw

from models.jobs.caption_styles import BackgroundBox, CaptionStyle, TextShadow
from pipeline.captions.boxes import Box, bounding_box_of
from pipeline.captions.layout import CaptionBlock, PlacedWord, measure_reach
from pipeline.captions.text_shaping import TextMasks, render_masks
from pipeline.captions.timeline import CaptionState
from pipeline.media.overlay import BT709, ColourMatrix, Overlay, Plane

# "under" and "letters" are separate overlays where words touch, so that no stroke covers a neighbour's letters.
Layer = Literal["all", "under", "letters"]

_ABOVE_BASELINE = 0.74  # em above the baseline
_BELOW_BASELINE = 0.06  # em below it
_SHADOW_DOWNSCALE = 4  # shadows are soft: they are blurred at a quarter of the size


@dataclass(frozen=True, slots=True)
class _Appearance:
    word: int
    is_active: bool
    layer: Layer


class WordBitmaps:
    """Overlays of caption states; caches those of the last block only, so memory does not grow with the film."""

    def __init__(self, style: CaptionStyle, matrix: ColourMatrix = BT709) -> None:
        self._style = style
        self._matrix = matrix
        self._block: CaptionBlock | None = None
        self._masks: dict[int, TextMasks] = {}
        self._underlays: dict[tuple[int, bool], Image.Image] = {}
        self._overlays: dict[tuple[_Appearance, float], Overlay] = {}
        self._plate: Overlay | None = None

    def build_overlays(self, block: CaptionBlock, state: CaptionState) -> list[Overlay]:
        """Return the overlays to blend for a state of a block, back to front; the active word is on top."""
        if block is not self._block:
            self._start_block(block)
        layers: tuple[Layer, ...] = ("under", "letters") if block.is_unspaced else ("all",)
        order = [index for index in range(len(block.words)) if index != state.active_index]
        overlays = [self._plate] if self._plate else []
        for layer in layers:
            overlays += [
                self._get_overlay(block, _Appearance(index, is_active=False, layer=layer), 1.0) for index in order
            ]
            overlays.append(
                self._get_overlay(block, _Appearance(state.active_index, is_active=True, layer=layer), state.scale)
            )
        return overlays

    def _start_block(self, block: CaptionBlock) -> None:
        self._block, self._masks, self._underlays, self._overlays = block, {}, {}, {}
        self._plate = self._build_group_plate(block)

    def _get_overlay(self, block: CaptionBlock, appearance: _Appearance, scale: float) -> Overlay:
        overlay = self._overlays.get((appearance, scale))
        if overlay is None:
            overlay = (
                self._paint_overlay(block, appearance) if scale == 1 else self._scale_overlay(block, appearance, scale)
            )
            self._overlays[appearance, scale] = overlay
        return overlay

    def _scale_overlay(self, block: CaptionBlock, appearance: _Appearance, scale: float) -> Overlay:
        """Scale the word around its own centre."""
        box = block.words[appearance.word].box
        centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        return self._get_overlay(block, appearance, 1.0).scale_around(scale, centre)

    def _paint_overlay(self, block: CaptionBlock, appearance: _Appearance) -> Overlay:
        """Render the layer of a word: its letters, what is under them, or both."""
        style, mask, word = self._style, self._get_masks(block, appearance.word), block.words[appearance.word]
        plate = style.active.plate if appearance.is_active else None
        pad = int(np.ceil(block.size * max(measure_reach(style.base), plate.pad if plate else 0))) + 2
        if appearance.layer == "letters":
            image = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
        else:
            image = self._get_underlay(block, appearance.word, plate, pad).copy()
        if appearance.layer != "under":
            _composite_colour(image, mask.letters, style.active.fill if appearance.is_active else style.base.fill, pad)
        return Overlay.from_rgba(
            np.asarray(image), word.x + mask.left - pad, word.baseline + mask.top - pad, self._matrix
        )

    def _get_underlay(self, block: CaptionBlock, index: int, plate: BackgroundBox | None, pad: int) -> Image.Image:
        """Shadow, plate and stroke: shared by inactive and active words, unless active ones have a plate."""
        underlay = self._underlays.get((index, plate is not None))
        if underlay is None:
            mask, word = self._get_masks(block, index), block.words[index]
            underlay = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
            self._paint_shadow(underlay, mask, pad, block.size)
            if plate:
                x, y = word.x + mask.left - pad, word.baseline + mask.top - pad
                _draw_plate(underlay, _plate_box_for(word, block.size, plate.pad).move(-x, -y), plate, block.size)
            if self._style.base.stroke:
                _composite_colour(underlay, mask.edge, self._style.base.stroke.colour, pad)
            self._underlays[index, plate is not None] = underlay
        return underlay

    def _paint_shadow(self, image: Image.Image, mask: TextMasks, pad: int, size: int) -> None:
        shadow = self._style.base.shadow
        if shadow:
            image.paste(shadow.colour, (0, 0, *image.size))
            image.putalpha(Image.fromarray(_render_shadow(mask.edge, image.size, pad, shadow, size)))

    def _get_masks(self, block: CaptionBlock, index: int) -> TextMasks:
        if index not in self._masks:
            stroke = self._style.base.stroke.width * block.size if self._style.base.stroke else 0.0
            self._masks[index] = render_masks(block.words[index].text, self._style.font.family, block.size, stroke)
        return self._masks[index]

    def _build_group_plate(self, block: CaptionBlock) -> Overlay | None:
        plate = self._style.base.plate
        if plate is None:
            return None
        plate_box = bounding_box_of([_plate_box_for(word, block.size, plate.pad) for word in block.words])
        margin = int(plate.pad * block.size) + 2
        image = Image.new("RGBA", (plate_box.width + 2 * margin, plate_box.height + 2 * margin))
        x, y = plate_box.left - margin, plate_box.top - margin
        _draw_plate(image, plate_box.move(-x, -y), plate, block.size)
        return Overlay.from_rgba(np.asarray(image), x, y, self._matrix)


def _composite_colour(picture: Image.Image, mask: Plane, colour: str, pad: int) -> None:
    """Composite a colour over the picture through a mask offset by `pad` pixels."""
    layer = Image.new("RGBA", (mask.shape[1], mask.shape[0]), colour)
    layer.putalpha(Image.fromarray(mask))
    picture.alpha_composite(layer, (pad, pad))


def _draw_plate(picture: Image.Image, box: Box, plate: BackgroundBox, size: int) -> None:
    pad = plate.pad * size
    layer = Image.new("RGBA", picture.size)
    fill = (*ImageColor.getrgb(plate.fill)[:3], round(255 * plate.opacity))
    corners = (box.left - pad, box.top - pad, box.right - 1 + pad, box.bottom - 1 + pad)
    ImageDraw.Draw(layer).rounded_rectangle(corners, plate.radius * size, fill=fill)
    picture.alpha_composite(layer)


def _render_shadow(edge: Plane, size: tuple[int, int], pad: int, shadow: TextShadow, em: int) -> Plane:
    """Alpha of a soft shadow of the coverage `edge`, for a picture of `size` (width, height)."""
    width, height = size
    canvas = np.zeros((height, width), np.uint8)
    left, top = pad + round(shadow.dx * em), pad + round(shadow.dy * em)
    canvas[top : top + edge.shape[0], left : left + edge.shape[1]] = edge
    small = cv2.resize(
        canvas, (max(1, width // _SHADOW_DOWNSCALE), max(1, height // _SHADOW_DOWNSCALE)), interpolation=cv2.INTER_AREA
    )
    blurred = cv2.GaussianBlur(small, (0, 0), max(0.3, shadow.blur * em / _SHADOW_DOWNSCALE))
    alpha: Plane = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    return cv2.convertScaleAbs(alpha, alpha=shadow.opacity).astype(np.uint8)


def _plate_box_for(word: PlacedWord, size: int, pad: float) -> Box:
    """Box a plate is drawn around: cap height, larger only where ink would exceed it, so plates are equally tall."""
    top, bottom = word.baseline - _ABOVE_BASELINE * size, word.baseline + _BELOW_BASELINE * size
    slack = pad * size
    return Box(
        word.box.left,
        round(min(word.box.top + slack, top)),
        word.box.right,
        round(max(word.box.bottom - slack, bottom)),
    )
