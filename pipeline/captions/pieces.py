"""Word bitmaps of captions: each appearance of each word, rendered at most once, cached for one block at a time."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw

from models.caption_styles import CaptionStyle, Plate, Shadow
from pipeline.captions.boxes import Box, around
from pipeline.captions.layout import Block, Placed, reach
from pipeline.captions.lettering import Masks, masks
from pipeline.captions.timeline import Moment
from pipeline.media.overlay import BT709, Matrix, Overlay, Plane

# "under" and "letters" are separate overlays where words touch, so that no stroke covers a neighbour's letters.
Layer = Literal["all", "under", "letters"]

_CAPITALS = 0.74  # em above the baseline
_BELOW = 0.06  # em below it
_QUARTER = 4  # shadows are soft: they are blurred at a quarter of the size


@dataclass(frozen=True, slots=True)
class _Look:
    word: int
    active: bool
    layer: Layer


class Pieces:
    """Overlays of caption states; caches those of the last block only, so memory does not grow with the film."""

    def __init__(self, style: CaptionStyle, matrix: Matrix = BT709) -> None:
        self._style = style
        self._matrix = matrix
        self._block: Block | None = None
        self._masks: dict[int, Masks] = {}
        self._unders: dict[tuple[int, bool], Image.Image] = {}
        self._overlays: dict[tuple[_Look, float], Overlay] = {}
        self._plate: Overlay | None = None

    def overlays(self, block: Block, moment: Moment) -> list[Overlay]:
        """Return the overlays to blend for a state of a block, back to front; the active word is on top."""
        if block is not self._block:
            self._begin(block)
        layers: tuple[Layer, ...] = ("under", "letters") if block.joined else ("all",)
        order = [index for index in range(len(block.words)) if index != moment.active]
        found = [self._plate] if self._plate else []
        for layer in layers:
            found += [self._overlay(block, _Look(index, active=False, layer=layer), 1.0) for index in order]
            found.append(self._overlay(block, _Look(moment.active, active=True, layer=layer), moment.scale))
        return found

    def _begin(self, block: Block) -> None:
        self._block, self._masks, self._unders, self._overlays = block, {}, {}, {}
        self._plate = self._group_plate(block)

    def _overlay(self, block: Block, look: _Look, scale: float) -> Overlay:
        found = self._overlays.get((look, scale))
        if found is None:
            found = self._painted(block, look) if scale == 1 else self._popped(block, look, scale)
            self._overlays[look, scale] = found
        return found

    def _popped(self, block: Block, look: _Look, scale: float) -> Overlay:
        """Scale the word around its own centre."""
        box = block.words[look.word].box
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        return self._overlay(block, look, 1.0).scaled(scale, middle)

    def _painted(self, block: Block, look: _Look) -> Overlay:
        """Render the layer of a word: its letters, what is under them, or both."""
        style, mask, word = self._style, self._mask(block, look.word), block.words[look.word]
        plate = style.active.plate if look.active else None
        pad = int(np.ceil(block.size * max(reach(style.base), plate.pad if plate else 0))) + 2
        if look.layer == "letters":
            image = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
        else:
            image = self._under(block, look.word, plate, pad).copy()
        if look.layer != "under":
            _laid(image, mask.letters, style.active.fill if look.active else style.base.fill, pad)
        return Overlay.from_rgba(
            np.asarray(image), word.x + mask.left - pad, word.baseline + mask.top - pad, self._matrix
        )

    def _under(self, block: Block, index: int, plate: Plate | None, pad: int) -> Image.Image:
        """Shadow, plate and stroke: shared by inactive and active words, unless active ones have a plate."""
        found = self._unders.get((index, plate is not None))
        if found is None:
            mask, word = self._mask(block, index), block.words[index]
            found = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
            self._shade(found, mask, pad, block.size)
            if plate:
                x, y = word.x + mask.left - pad, word.baseline + mask.top - pad
                _rounded(found, _line_box(word, block.size, plate.pad).moved(-x, -y), plate, block.size)
            if self._style.base.stroke:
                _laid(found, mask.edge, self._style.base.stroke.colour, pad)
            self._unders[index, plate is not None] = found
        return found

    def _shade(self, image: Image.Image, mask: Masks, pad: int, size: int) -> None:
        shadow = self._style.base.shadow
        if shadow:
            image.paste(shadow.colour, (0, 0, *image.size))
            image.putalpha(Image.fromarray(_cast(mask.edge, image.size, pad, shadow, size)))

    def _mask(self, block: Block, index: int) -> Masks:
        if index not in self._masks:
            stroke = self._style.base.stroke.width * block.size if self._style.base.stroke else 0.0
            self._masks[index] = masks(block.words[index].text, self._style.font.family, block.size, stroke)
        return self._masks[index]

    def _group_plate(self, block: Block) -> Overlay | None:
        plate = self._style.base.plate
        if plate is None:
            return None
        whole = around([_line_box(word, block.size, plate.pad) for word in block.words])
        margin = int(plate.pad * block.size) + 2
        image = Image.new("RGBA", (whole.width + 2 * margin, whole.height + 2 * margin))
        x, y = whole.left - margin, whole.top - margin
        _rounded(image, whole.moved(-x, -y), plate, block.size)
        return Overlay.from_rgba(np.asarray(image), x, y, self._matrix)


def _laid(picture: Image.Image, mask: Plane, colour: str, pad: int) -> None:
    """Composite a colour over the picture through a mask offset by `pad` pixels."""
    layer = Image.new("RGBA", (mask.shape[1], mask.shape[0]), colour)
    layer.putalpha(Image.fromarray(mask))
    picture.alpha_composite(layer, (pad, pad))


def _rounded(picture: Image.Image, box: Box, plate: Plate, size: int) -> None:
    pad = plate.pad * size
    layer = Image.new("RGBA", picture.size)
    fill = (*ImageColor.getrgb(plate.fill)[:3], round(255 * plate.opacity))
    corners = (box.left - pad, box.top - pad, box.right - 1 + pad, box.bottom - 1 + pad)
    ImageDraw.Draw(layer).rounded_rectangle(corners, plate.radius * size, fill=fill)
    picture.alpha_composite(layer)


def _cast(edge: Plane, size: tuple[int, int], pad: int, shadow: Shadow, em: int) -> Plane:
    """Alpha of a soft shadow of the coverage `edge`, for a picture of `size` (width, height)."""
    width, height = size
    below = np.zeros((height, width), np.uint8)
    left, top = pad + round(shadow.dx * em), pad + round(shadow.dy * em)
    below[top : top + edge.shape[0], left : left + edge.shape[1]] = edge
    small = cv2.resize(below, (max(1, width // _QUARTER), max(1, height // _QUARTER)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, shadow.blur * em / _QUARTER))
    alpha: Plane = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    return cv2.convertScaleAbs(alpha, alpha=shadow.opacity).astype(np.uint8)


def _line_box(word: Placed, size: int, pad: float) -> Box:
    """Box a plate is drawn around: cap height, larger only where ink would exceed it, so plates are equally tall."""
    top, bottom = word.baseline - _CAPITALS * size, word.baseline + _BELOW * size
    slack = pad * size
    return Box(
        word.box.left,
        round(min(word.box.top + slack, top)),
        word.box.right,
        round(max(word.box.bottom - slack, bottom)),
    )
