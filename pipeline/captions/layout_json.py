"""Models and writer of LAYOUT.json: position and times of every word of a captioned film."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock

_BoxTuple = tuple[int, int, int, int]  # x, y, width, height: pixels of the displayed picture


class _LayoutModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LayoutWord(_LayoutModel):
    text: str
    start: float
    end: float
    box: _BoxTuple


class LayoutGroup(_LayoutModel):
    start: float
    end: float
    box: _BoxTuple
    words: tuple[LayoutWord, ...]


class CaptionLayout(_LayoutModel):
    """Layout of a film; seconds from the start of the media. A group's box contains every pixel it changes."""

    width: int
    height: int
    groups: tuple[LayoutGroup, ...]


def build_layout(blocks: Sequence[CaptionBlock], width: int, height: int) -> CaptionLayout:
    return CaptionLayout(width=width, height=height, groups=tuple(_build_group(block) for block in blocks))


def write_layout(path: Path, blocks: Sequence[CaptionBlock], width: int, height: int) -> None:
    path.write_text(build_layout(blocks, width, height).model_dump_json(indent=1), encoding="utf-8")


def _build_group(block: CaptionBlock) -> LayoutGroup:
    words = tuple(LayoutWord(text=w.text, start=w.start, end=w.end, box=_to_tuple(w.box)) for w in block.words)
    return LayoutGroup(start=block.start, end=block.end, box=_to_tuple(block.box), words=words)


def _to_tuple(box: Box) -> _BoxTuple:
    return (box.left, box.top, box.width, box.height)
