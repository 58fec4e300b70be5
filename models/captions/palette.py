"""The colours that users choose by name, read from `palette.toml`."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import Field

from models.captions.tables import HexColour, LookTable, read_table

_HEX_PATTERN = re.compile(r"#?([0-9A-Fa-f]{6})")


class NamedColour(LookTable):
    code: Annotated[str, Field(pattern=r"^[a-z]$")]
    hex: HexColour


class _PaletteFile(LookTable):
    colours: dict[str, NamedColour]


@cache
def load_palette() -> Mapping[str, NamedColour]:
    """The colours by name, in the order in which they are offered."""
    return _PaletteFile.model_validate(read_table("palette.toml")).colours


def find_colour_name(hex_colour: str) -> str | None:
    """The name of a colour (#RRGGBB) of the palette."""
    return next((name for name, colour in load_palette().items() if colour.hex == hex_colour.upper()), None)


def parse_colour(text: str) -> str | None:
    """#RRGGBB of a colour that is written so, with or without the #; None for anything else."""
    match = _HEX_PATTERN.fullmatch(text.strip())
    return f"#{match.group(1).upper()}" if match else None
