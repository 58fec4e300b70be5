"""The bars of `bars.toml`: what a film must show, by kind of picture."""

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_suffix(".toml")
_SIDES: Final = ("most", "least")


@cache
def _load_bars() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text())


def find_bar(kind: str, name: str) -> tuple[str, float]:
    """The bar of a figure: `most` or `least`, and the value."""
    for row in (_load_bars()[kind], _load_bars()["all"]):
        for side in _SIDES:
            if name in row.get(side, {}):
                return side, row[side][name]
    raise KeyError(name)


def find_near(kind: str) -> float:
    """How near a contour ink is its line, in heights."""
    bars = _load_bars()
    return float(bars[kind].get("near", bars["all"]["near"]))


def is_judged(name: str, value: float, seconds: float) -> bool:
    """Whether a figure of a film of some seconds is held to its bar."""
    rules = _load_bars()["all"]
    return not math.isnan(value) and (seconds >= rules["long"] or name not in rules["long_alone"])


def is_reached(kind: str, name: str, value: float, seconds: float) -> bool:
    """Whether a figure reaches its bar; one that is not held to it does."""
    side, bar = find_bar(kind, name)
    return not is_judged(name, value, seconds) or (value <= bar if side == "most" else value >= bar)


def format_bar(name: str, kind: str = "photo") -> str:
    side, bar = find_bar(kind, name)
    return f"{'<=' if side == 'most' else '>='} {bar:g}"


def list_own(kind: str) -> list[str]:
    """The figures of which a kind has a bar of its own."""
    return [name for side in _SIDES for name in _load_bars()[kind].get(side, {})]
