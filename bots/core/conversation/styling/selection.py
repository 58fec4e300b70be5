"""A style and what is changed of it, as it is being chosen: the state of the carousel, carried by its buttons."""

import base64
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from models.captions.palette import find_colour_name, load_palette

AUTO: Final = "auto"  # as the style or the brand has it
SIZES: Final = ("small", "medium", "large")
PLACES: Final = (AUTO, "top", "middle", "bottom")
SETTING_NAMES: Final = ("style", "size", "place", "colour", "second-colour")  # in the order of the fields
MAX_NAME_LENGTH: Final = 24  # of a style: with it a button's data is 60 bytes
_NO_CODE: Final = "-"
_PATTERN: Final = re.compile(r"([A-Za-z0-9_-]{22})?:([sml])([-tmb])([-a-z])([-a-z]):([a-z][a-z0-9_-]{0,23})")


@dataclass(frozen=True, slots=True)
class StyleSelection:
    """`job_id` is the job whose film is to have the style; None where it is for films to come. Colours are #RRGGBB."""

    job_id: uuid.UUID | None
    style: str
    size: str = "medium"
    place: str = AUTO
    colour: str = AUTO
    second_colour: str = AUTO

    @classmethod
    def from_options(cls, options: Mapping[str, Any], job_id: uuid.UUID | None = None) -> Self:
        """The selection of options of a caption job, as JSON."""
        names = ("style", "size", "place", "colour", "second_colour")
        return cls(job_id, **{name: options[name] for name in names if name in options})

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The selection in the data of a button, which is hostile; None for anything else."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            return None
        job, size, place, colour, second_colour, style = match.groups()
        job_id = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{job}==")) if job else None
        sizes, places = {each[0]: each for each in SIZES}, {each[0]: each for each in PLACES[1:]}
        return cls(
            job_id, style, sizes[size], places.get(place, AUTO), _find_colour(colour), _find_colour(second_colour)
        )

    def encode(self) -> str:
        """The selection as data of a button. A colour that is not of the palette is left to the style."""
        job = base64.urlsafe_b64encode(self.job_id.bytes).decode().rstrip("=") if self.job_id else ""
        place = _NO_CODE if self.place == AUTO else self.place[0]
        codes = f"{self.size[0]}{place}{_code_of(self.colour)}{_code_of(self.second_colour)}"
        return f"{job}:{codes}:{self.style}"

    def with_value(self, field: str, value: str) -> Self:
        """The selection with another value of a field."""
        changes: dict[str, Any] = {field: value}
        return replace(self, **changes)

    def to_options(self) -> dict[str, str]:
        """The selection as options of a caption job."""
        return {
            "style": self.style,
            "size": self.size,
            "place": self.place,
            "colour": self.colour,
            "second_colour": self.second_colour,
        }

    def to_tastes(self) -> dict[str, str]:
        """The selection as the user's preferences."""
        return dict(zip(SETTING_NAMES, self.to_options().values(), strict=True))


def _find_colour(code: str) -> str:
    return next((colour.hex for colour in load_palette().values() if colour.code == code), AUTO)


def _code_of(colour: str) -> str:
    name = None if colour == AUTO else find_colour_name(colour)
    return load_palette()[name].code if name else _NO_CODE
