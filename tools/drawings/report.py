"""Tables of figures in Markdown: each beside its bar, the worst pictures first."""

import math
import statistics
from collections.abc import Iterator
from typing import Final, NamedTuple

from tools.drawings import bars
from tools.drawings.measurements import Figures

SHOWN: Final = ("recall", "specks", "faces kept", "landmark error", "irises", "open cut", "patches", "continuity",
                "jump mean", "jump p95", "lifts", "largest colour", "SSIM", "pen at ink", "board error",
                "frames missing")  # fmt: skip
_FREE: Final = ("front", "faces", "largest ink", "pen speed", "fastest pen", "CPU")


class Row(NamedTuple):
    """The figures of one picture's film."""

    picture: str
    kind: str
    seconds: float
    figures: Figures


def list_misses(row: Row) -> list[str]:
    return [name for name in SHOWN if not bars.is_reached(row.kind, name, row.figures[name], row.seconds)]


def write_summary(rows: list[Row]) -> str:
    """One line a figure: its bar, the median, the worst film, and how many of those that are judged reach it."""
    lines = [["figure", "bar", "median", "worst", "reached"], ["---"] * 5]
    lines += [_summarise(rows, name) for name in SHOWN if any(_list_judged(rows, name))]
    return _format_lines(lines)


def _summarise(rows: list[Row], name: str) -> list[str]:
    judged = _list_judged(rows, name)
    ordered = sorted(judged, key=lambda row: row.figures[name], reverse=bars.find_bar("photo", name)[0] == "most")
    worst = f"{format_figure(ordered[0].figures[name])} ({ordered[0].picture}, {ordered[0].seconds:g} s)"
    median = format_figure(statistics.median(row.figures[name] for row in judged))
    return [name, bars.format_bar(name), median, worst, _count_reached(rows, name)]


def _list_judged(rows: list[Row], name: str) -> list[Row]:
    return [row for row in rows if bars.is_judged(name, row.figures[name], row.seconds)]


def write_table(rows: list[Row]) -> str:
    """One line a film, misses in bold; below, how many films reach each bar."""
    ordered = sorted(rows, key=lambda row: (-len(list_misses(row)), row.picture, row.seconds))
    free = [""] * len(_FREE)
    head = ["picture", "kind", "s", "missed", *SHOWN, *_FREE]
    lines = [head, ["---"] * len(head), ["**bar**", "", "", "", *(bars.format_bar(name) for name in SHOWN), *free]]
    lines += [_format_row(row) for row in ordered]
    lines.append(["**reached**", "", "", "", *(_count_reached(rows, name) for name in SHOWN), *free])
    return _format_lines(lines) + "\n" + "".join(_list_kinds(rows))


def _format_lines(lines: list[list[str]]) -> str:
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


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
    judged = _list_judged(rows, name)
    return f"{sum(bars.is_reached(row.kind, name, row.figures[name], row.seconds) for row in judged)}/{len(judged)}"


def _list_kinds(rows: list[Row]) -> Iterator[str]:
    """The bars of kinds that have their own."""
    for kind in sorted({row.kind for row in rows}):
        if own := [f"{name} {bars.format_bar(name, kind)}" for name in bars.list_own(kind)]:
            yield f"Bars of {kind}: {', '.join(own)}.\n"
