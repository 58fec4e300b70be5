"""Word bitmaps of captions: each appearance of each word, rendered at most once, cached for one block at a time."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal

import numpy as np
from PIL import Image

from models.captions.fonts import list_families
from models.captions.style import CaptionStyle
from pipeline.captions.drawing.appearance import WordLook, look_for
from pipeline.captions.drawing.overhang import measure_reach
from pipeline.captions.drawing.plates import build_group_plate, build_line_plates
from pipeline.captions.drawing.word_painting import paint_letters, paint_underlay
from pipeline.captions.layout import CaptionBlock
from pipeline.captions.motion_states import AT_REST, WordPose
from pipeline.captions.scripts import is_right_to_left, split_clusters
from pipeline.captions.text_shaping import TextMasks, measure_text, render_masks
from pipeline.captions.timeline import CaptionState, WordPhase, WordState
from pipeline.media.overlay import BT709, ColourMatrix, Overlay
from pipeline.media.overlay_effects import blur_overlay, crop_columns, move_overlay

# "under" and "letters" are separate overlays where words touch, so that no stroke covers a neighbour's letters.
Layer = Literal["all", "under", "letters"]


class WordBitmaps:
    """Overlays of caption states; caches those of the last block only, so memory does not grow with the film."""

    def __init__(self, style: CaptionStyle, language: str, matrix: ColourMatrix = BT709) -> None:
        self._style = style
        self._families = list_families(style.font.family, language)
        self._matrix = matrix
        self._block: CaptionBlock | None = None
        self._masks: dict[tuple[int, float], TextMasks] = {}
        self._underlays: dict[Hashable, Image.Image] = {}
        self._overlays: dict[Hashable, Overlay] = {}
        self._plates: list[Overlay] = []

    def build_overlays(self, block: CaptionBlock, state: CaptionState) -> list[Overlay]:
        """Return the overlays to blend for a state of a block, back to front; the active word is on top."""
        if block is not self._block:
            self._start_block(block)
        layers: tuple[Layer, ...] = ("under", "letters") if block.is_unspaced else ("all",)
        overlays = self._get_plates(block, state.plate_pose)
        for layer in layers:
            for word in state.words:
                overlays += self._list_word_overlays(block, word, layer)
        return overlays

    def _start_block(self, block: CaptionBlock) -> None:
        self._block, self._masks, self._underlays, self._overlays = block, {}, {}, {}
        self._plates = self._build_plates(block)

    def _list_word_overlays(self, block: CaptionBlock, word: WordState, layer: Layer) -> list[Overlay]:
        """The overlay of a word; two while a colour runs through it."""
        if word.sweep >= 1:
            return [self._get_posed(block, word, word.phase, layer)]
        key = (word, layer, "swept")
        box = block.words[word.index].box
        is_rtl = is_right_to_left(block.words[word.index].text)
        edge = box.right - word.sweep * box.width if is_rtl else box.left + word.sweep * box.width
        halves = []
        for phase, is_left in (("active", not is_rtl), ("upcoming", is_rtl)):
            if (part := self._overlays.get((key, phase))) is None:
                whole = self._get_posed(block, word, "active" if phase == "active" else "upcoming", layer)
                bounds = (whole.x, edge) if is_left else (edge, whole.x + whole.width)
                part = self._overlays[key, phase] = crop_columns(whole, *bounds)
            halves.append(part)
        return halves

    def _get_posed(self, block: CaptionBlock, word: WordState, phase: WordPhase, layer: Layer) -> Overlay:
        """The overlay of a word in its pose."""
        look = self._find_look(block, word, phase)
        key = (word.index, look, layer, word.pose)
        overlay = self._overlays.get(key)
        if overlay is None:
            rested = self._get_rested(block, word.index, look, layer)
            if word.pose.letters is not None:
                rested = self._show_letters(block, word.index, word.pose.letters, rested)
            pivot = block.box if word.pose.is_grouped else block.words[word.index].box
            centre = (pivot.left + pivot.right) / 2, (pivot.top + pivot.bottom) / 2
            overlay = self._overlays[key] = apply_pose(rested, word.pose, centre, block.size)
        return overlay

    def _get_rested(self, block: CaptionBlock, index: int, look: WordLook, layer: Layer) -> Overlay:
        key = (index, look, layer)
        if key not in self._overlays:
            self._overlays[key] = self._paint_word(block, index, look, layer)
        return self._overlays[key]

    def _show_letters(self, block: CaptionBlock, index: int, count: int, overlay: Overlay) -> Overlay:
        """Keep what the first letters of a word draw."""
        word = block.words[index]
        letters = "".join(split_clusters(word.text)[:count])
        advance = measure_text(letters, self._families, word.size).advance
        if not is_right_to_left(word.text):
            return crop_columns(overlay, overlay.x, word.x + advance)
        width = measure_text(word.text, self._families, word.size).advance
        return crop_columns(overlay, word.x + width - advance, overlay.x + overlay.width)

    def _paint_word(self, block: CaptionBlock, index: int, look: WordLook, layer: Layer) -> Overlay:
        """Render the layer of a word: its letters, what is under them, or both."""
        word = block.words[index]
        stroke = look.stroke.width if look.stroke else 0.0
        mask = self._get_masks(block, index, stroke * word.size)
        reach = max(measure_reach(stroke, look.shadows), look.plate.pad if look.plate else 0.0)
        pad = int(np.ceil(word.size * reach)) + 2
        if layer == "letters":
            image = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
        else:
            image = self._get_underlay(block, index, look, pad).copy()
        if layer != "under":
            paint_letters(image, mask.letters, look.fill, pad)
            if mask.colours is not None:
                image.alpha_composite(Image.fromarray(mask.colours), (pad, pad))
        return Overlay.from_rgba(
            np.asarray(image), word.x + mask.left - pad, word.baseline + mask.top - pad, self._matrix
        )

    def _get_underlay(self, block: CaptionBlock, index: int, look: WordLook, pad: int) -> Image.Image:
        """Shared by the looks of a word that differ in nothing but the colour of the letters."""
        key = (index, look.stroke, look.shadows, look.plate)
        if key not in self._underlays:
            mask = self._get_masks(block, index, look.stroke.width * block.words[index].size if look.stroke else 0.0)
            self._underlays[key] = paint_underlay(mask, block.words[index], look, pad)
        return self._underlays[key]

    def _get_masks(self, block: CaptionBlock, index: int, stroke: float) -> TextMasks:
        if (index, stroke) not in self._masks:
            word = block.words[index]
            self._masks[index, stroke] = render_masks(word.text, self._families, word.size, stroke)
        return self._masks[index, stroke]

    def _get_plates(self, block: CaptionBlock, pose: WordPose) -> list[Overlay]:
        centre = (block.box.left + block.box.right) / 2, (block.box.top + block.box.bottom) / 2
        for number, plate in enumerate(self._plates):
            if ("plate", number, pose) not in self._overlays:
                self._overlays["plate", number, pose] = apply_pose(plate, pose, centre, block.size)
        return [self._overlays["plate", number, pose] for number in range(len(self._plates))]

    def _build_plates(self, block: CaptionBlock) -> list[Overlay]:
        """What lies behind all words: the group's plate, and those of lines that are highlighted as a whole."""
        whole, active = self._style.base.plate, self._style.active.plate
        plates = [build_group_plate(block, whole, self._matrix)] if whole else []
        if active and block.is_highlighted_whole:
            plates += build_line_plates(block, active, self._matrix)
        return plates

    def _find_look(self, block: CaptionBlock, word: WordState, phase: WordPhase) -> WordLook:
        """How a word is drawn; without a plate of its own where its line has one."""
        look = look_for(self._style, block.words[word.index], phase)
        return replace(look, plate=None) if block.is_highlighted_whole else look


def apply_pose(overlay: Overlay, pose: WordPose, centre: tuple[float, float], size: int) -> Overlay:
    """An overlay in its pose: scaled around `centre`, moved and put out of focus by shares of `size` pixels."""
    if pose == AT_REST:
        return overlay
    if pose.scale != 1:
        overlay = overlay.scale_around(pose.scale, centre)
    if pose.blur:
        overlay = blur_overlay(overlay, pose.blur * size)
    return move_overlay(overlay, pose.x * size, pose.y * size) if pose.x or pose.y else overlay
