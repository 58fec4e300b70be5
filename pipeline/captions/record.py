"""Models and writer of LAYOUT.json: position and times of every word of a captioned film."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.captions.boxes import Box
from pipeline.captions.layout import Block

_Corner = tuple[int, int, int, int]  # x, y, width, height: pixels of the displayed picture


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordedWord(_Value):
    text: str
    start: float
    end: float
    box: _Corner


class RecordedGroup(_Value):
    start: float
    end: float
    box: _Corner
    words: tuple[RecordedWord, ...]


class Record(_Value):
    """Layout of a film; seconds from the start of the media. A group's box contains every pixel it changes."""

    width: int
    height: int
    groups: tuple[RecordedGroup, ...]


def record(blocks: Sequence[Block], width: int, height: int) -> Record:
    return Record(width=width, height=height, groups=tuple(_group(block) for block in blocks))


def write(path: Path, blocks: Sequence[Block], width: int, height: int) -> None:
    path.write_text(record(blocks, width, height).model_dump_json(indent=1), encoding="utf-8")


def _group(block: Block) -> RecordedGroup:
    words = tuple(RecordedWord(text=w.text, start=w.start, end=w.end, box=_corner(w.box)) for w in block.words)
    return RecordedGroup(start=block.start, end=block.end, box=_corner(block.box), words=words)


def _corner(box: Box) -> _Corner:
    return (box.left, box.top, box.width, box.height)
