"""Rules by which pauses and fillers are cut out of a film, read from `cuts.toml`."""

from functools import cache
from typing import Annotated

from pydantic import Field

from models.captions.tables import LookTable, read_table

Seconds = Annotated[float, Field(ge=0, le=5)]


class CutRules(LookTable):
    """See `cuts.toml`; seconds."""

    longest: Seconds
    after: Seconds
    after_sentence: Seconds
    before: Seconds
    head: Seconds
    tail: Seconds
    least: Seconds
    least_filler: Seconds
    breath: Seconds
    snap: Seconds


@cache
def load_cut_rules() -> CutRules:
    return CutRules.model_validate(read_table("cuts.toml"))
