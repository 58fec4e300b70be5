"""Tables of figures in Markdown: each beside its bar, the worst pictures first."""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from tools.drawings import bars
from tools.drawings.measurements import Figures

SHOWN: Final = ("recall", "specks", "faces kept", "landmark error", "irises", "open cut", "patches", "continuity",
                 "jump mean", "jump p95", "lifts", "largest ink", "largest colour", "SSIM", "pen speed", "fastest pen",
                 "pen at ink", "board error", "frames missing")  # fmt: skip
_FREE: Final = ("faces", "CPU")


class Row(NamedTuple):
    """The figures of one picture's film."""

    picture: str
    kind: str
    seconds: float
    figures: Figures


def list_misses(row: Row) -> list[str]:
    return [name for name in SHOWN if not bars.is_reached(row.kind, name, row.figures[name])]


def write_table(rows: list[Row]) -> str:
    """One line a film, misses in bold; below, how many films reach each bar."""
    ordered = sorted(rows, key=lambda row: (-len(list_misses(row)), row.picture, row.seconds))
    head = ["picture", "kind", "s", "missed", *SHOWN, *_FREE]
    lines = [head, ["---"] * len(head), ["**bar**", "", "", "", *(bars.format_bar(name) for name in SHOWN), "", ""]]
    lines += [_format_row(row) for row in ordered]
    lines.append(["**reached**", "", "", "", *(_count_reached(rows, name) for name in SHOWN), "", ""])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines) + "\n" + "".join(_list_kinds(rows))


def _format_row(row: Row) -> list[str]:
    misses = list_misses(row)
    values = [_format_value(row.figures[name], is_missed=name in misses) for name in SHOWN]
    free = [_format_value(row.figures[name], is_missed=False) for name in _FREE]
    return [row.picture, row.kind, f"{row.seconds:g}", str(len(misses)), *values, *free]


def _format_value(value: float, *, is_missed: bool) -> str:
    text = format_figure(value)
    return f"**{text}**" if is_missed else text


def format_figure(value: float) -> str:
    """Three digits; "-" for one that does not apply."""
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"


def _count_reached(rows: list[Row], name: str) -> str:
    judged = [row for row in rows if not math.isnan(row.figures[name])]
    return f"{sum(bars.is_reached(row.kind, name, row.figures[name]) for row in judged)}/{len(judged)}"


def _list_kinds(rows: list[Row]) -> Iterator[str]:
    """The bars of kinds that have their own."""
    for kind in sorted({row.kind for row in rows}):
        if own := [f"{name} {bars.format_bar(name, kind)}" for name in bars.list_own(kind)]:
            yield f"Bars of {kind}: {', '.join(own)}.\n"
