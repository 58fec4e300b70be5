"""Constants in statements, for conditions that partial indexes have: for a parameter such an index is not used."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, String, bindparam


def build_constants(values: Iterable[str]) -> BindParameter[Any]:
    """The list of an IN, written into the statement."""
    return bindparam(None, sorted(map(str, values)), String(), expanding=True, literal_execute=True)
