"""Places of captions in the picture and the safe zones of platforms, read from `places.toml`."""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, NamedTuple

from pydantic import Field

from models.captions.tables import LookTable, Ratio, read_table
from models.errors import ConfigError

Anchor = Literal["top", "middle", "bottom"]
Side = Literal["left", "right"]


class TextPosition(NamedTuple):
    """Where in the picture a subtitle stands, as far as its file says so."""

    anchor: Anchor | None = None
    side: Side | None = None


NOT_PLACED: Final = TextPosition()


class SafeArea(LookTable):
    """Margins kept free of captions, as ratios of the height (top, bottom) and of the width (left, right)."""

    top: Ratio
    bottom: Ratio
    left: Ratio
    right: Ratio


class CaptionPlacement(LookTable):
    """Position of captions for one aspect ratio (width / height), as ratios of the displayed picture."""

    aspect: float = Field(gt=0)
    size: Ratio  # em, of the height
    y: Ratio  # vertical centre of the block
    max_width: Ratio
    align: Literal["centre", "start", "left", "right"] = "centre"  # start is the right of a text from right to left
    safe: SafeArea


class _PlacesFile(LookTable):
    safe_zones: dict[str, SafeArea]  # of a picture of 9:16, by platform
    places: dict[str, tuple[CaptionPlacement, ...]]
    anchors: dict[Anchor, tuple[float, ...]]  # y by aspect, in the order of the places


@cache
def _load_places_file() -> _PlacesFile:
    return _PlacesFile.model_validate(read_table("places.toml"))


def load_places() -> Mapping[str, tuple[CaptionPlacement, ...]]:
    """The places by name; the placements of each, narrowest aspect ratio first."""
    return _load_places_file().places


def load_safe_zones() -> Mapping[str, SafeArea]:
    """What each platform leaves free of a picture of 9:16."""
    return _load_places_file().safe_zones


def get_placements(name: str, anchor: Anchor | None = None) -> tuple[CaptionPlacement, ...]:
    """The placements of a place, moved to an anchor where one is given. Raises ConfigError for an unknown place."""
    places = _load_places_file()
    if (found := places.places.get(name)) is None:
        raise ConfigError(f"there is no place called {name!r}; there are {', '.join(places.places)}")
    if anchor is None:
        return found
    return tuple(row.model_copy(update={"y": y}) for row, y in zip(found, places.anchors[anchor], strict=True))
