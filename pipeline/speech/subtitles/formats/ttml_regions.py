"""Regions of TTML: in which part of the picture a paragraph stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from models.captions.placement import NOT_PLACED, TextPosition
from pipeline.speech.subtitles.positions import find_point_position

_PAIR: Final = re.compile(r"\s*(-?\d{1,5}(?:\.\d{1,6})?)(%|px)\s+(-?\d{1,5}(?:\.\d{1,6})?)(?:%|px)\s*")
_ACROSS: Final = {"left": 0.0, "right": 1.0}
_DOWN: Final = {"center": 0.5, "after": 1.0}

Attributes = Mapping[str, str]


def read_attributes(element: Element) -> dict[str, str]:
    """The attributes by their names without a namespace, of which each version of TTML has others."""
    return {name.rpartition("}")[2]: value for name, value in element.items()}


class TtmlRegions:
    """The regions and styles of a document."""

    def __init__(self, root: Element) -> None:
        self._size = _read_pair(read_attributes(root).get("extent", ""), (1.0, 1.0)) or (0.0, 0.0)
        self._named = {name: found for element in root.iter() for name, found in _read_named(element)}

    def find_position(self, paragraph: Attributes) -> TextPosition:
        """Where a paragraph stands; unknown without an origin, or with one in units other than % and px."""
        region = self._named.get(paragraph.get("region", ""), {})
        found = {**self._list_styles(region), **region, **self._list_styles(paragraph), **paragraph}
        origin, extent = (_read_pair(found.get(name, ""), self._size) for name in ("origin", "extent"))
        if origin is None or extent is None:
            return NOT_PLACED
        across, down = _ACROSS.get(found.get("textAlign", ""), 0.5), _DOWN.get(found.get("displayAlign", ""), 0.0)
        return find_point_position(origin[0] + across * extent[0], origin[1] + down * extent[1])

    def _list_styles(self, attributes: Attributes) -> dict[str, str]:
        styles = (self._named.get(name, {}) for name in attributes.get("style", "").split())
        return {name: value for style in styles for name, value in style.items()}


def _read_named(element: Element) -> Iterator[tuple[str, Attributes]]:
    """The attributes of a region or style with those of the styles inside it, by its id."""
    attributes = read_attributes(element)
    if element.tag.rpartition("}")[2] in {"region", "style"} and "id" in attributes:
        inner = {name: value for child in element for name, value in read_attributes(child).items()}
        yield attributes["id"], {**inner, **attributes}


def _read_pair(text: str, size: tuple[float, float]) -> tuple[float, float] | None:
    """Two lengths as shares of a size in pixels; None for other units, and for pixels of a size that is unknown."""
    found = _PAIR.fullmatch(text)
    whole = (100.0, 100.0) if found and found[2] == "%" else size
    return (float(found[1]) / whole[0], float(found[3]) / whole[1]) if found and all(whole) else None
