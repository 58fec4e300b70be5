"""Value types shared by the tables of caption looks, and the reader of their files."""

import tomllib
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Ratio = Annotated[float, Field(ge=0, le=1)]
Em = Annotated[float, Field(ge=0, le=3)]
Offset = Annotated[float, Field(ge=-1.5, le=1.5)]  # em; right and down are positive
HexColour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
TableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")]


class LookTable(BaseModel):
    """A table of a caption look: unknown fields are errors, and numbers are finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def read_table(name: str) -> dict[str, Any]:
    """Read a bundled TOML file of this package."""
    return tomllib.loads(files("models.captions").joinpath(name).read_text(encoding="utf-8"))
