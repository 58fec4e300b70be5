"""Timbres of the tools, read from `timbres.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

DEFAULT_TIMBRE = "marker"


class Timbre(BaseModel):
    """The sound of a tool on a board: bands of noise in hertz at rest and at full speed, the level in dB, the roughness
    of the surface, and the share of a tap.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slow_band: tuple[float, float]
    fast_band: tuple[float, float]
    level: float
    grain_hertz: float
    grain_depth: float
    tap: float


@cache
def load_timbres() -> dict[str, Timbre]:
    """The bundled timbres by tool."""
    table = tomllib.loads(files(__package__).joinpath("timbres.toml").read_text())
    return {name: Timbre.model_validate(values) for name, values in table.items()}


def timbre_of(tool: str) -> Timbre:
    """The timbre of a tool; that of a marker for one that has none."""
    timbres = load_timbres()
    return timbres.get(tool, timbres[DEFAULT_TIMBRE])
