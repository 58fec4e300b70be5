"""Runs of text in one direction: UAX #9 for a piece of text without embeddings, such as a word or a line."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from pipeline.captions.scripts import is_right_to_left, split_clusters

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NUMBERS = frozenset({"EN", "AN"})
_SEPARATORS = frozenset({"ES", "CS"})  # as in 3-4 and 1,5
_TERMINATORS = frozenset({"ET"})  # as in 50%


@dataclass(frozen=True, slots=True)
class DirectionRun:
    """A run of text in one direction, in logical order."""

    text: str
    is_rtl: bool


def split_directions(text: str) -> list[DirectionRun]:
    """Split a text into runs of one direction, in visual order from left to right."""
    clusters = split_clusters(text)
    is_rtl = is_right_to_left(text)
    classes = _join_numbers([unicodedata.bidirectional(cluster[0]) for cluster in clusters])
    levels = _resolve_levels(classes, base=int(is_rtl))
    runs = _build_runs(list(zip(levels, clusters, strict=True)))
    return [DirectionRun("".join(run), bool(level % 2)) for level, run in runs]


def _join_numbers(classes: list[str]) -> list[str]:
    """Resolve numbers: after Latin they are Latin (W7); a sign in a number, or beside it, is of it (W4, W5)."""
    resolved, strong = list(classes), ""
    for index, kind in enumerate(classes):
        before, after = resolved[index - 1] if index else "", classes[index + 1] if index + 1 < len(classes) else ""
        if kind in _SEPARATORS and before in _NUMBERS and before == after:
            resolved[index] = before
        elif kind in _TERMINATORS and "EN" in {before, after}:
            resolved[index] = "EN"
        strong = kind if kind in _RIGHT_TO_LEFT or kind == "L" else strong
        if resolved[index] == "EN" and strong == "L":
            resolved[index] = "L"
    return resolved


def _resolve_levels(classes: list[str], base: int) -> list[int]:
    """Embedding levels: neutrals take the direction that both their sides have, or else the base (N1, N2, I1, I2)."""
    before, after = _list_sides(classes), reversed(_list_sides(classes[::-1]))
    return [_find_level(*each, base) for each in zip(classes, before, after, strict=True)]


def _list_sides(classes: list[str]) -> list[str]:
    """The direction of the last class up to each, itself included, that has one; empty where none has."""
    sides: list[str] = []
    for kind in classes:
        sides.append(_side_of(kind) or (sides[-1] if sides else ""))
    return sides


def _find_level(kind: str, before: str, after: str, base: int) -> int:
    if kind in _NUMBERS:
        return 2
    if kind in _RIGHT_TO_LEFT:
        return 1
    is_rtl = kind != "L" and (before == "R" if before == after != "" else bool(base))
    return 1 if is_rtl else 2 * base


def _side_of(kind: str) -> str:
    """Direction that a class gives to neutrals beside it; empty if none. Numbers count as right to left."""
    if kind == "L":
        return "L"
    return "R" if kind in _RIGHT_TO_LEFT or kind in _NUMBERS else ""


def _build_runs(clusters: list[tuple[int, str]]) -> list[tuple[int, list[str]]]:
    """Runs of equal level in visual order (L2)."""
    runs = [(level, [text for _, text in run]) for level, run in groupby(clusters, key=lambda pair: pair[0])]
    runs = _reverse_runs(runs, 2)
    return _reverse_runs(runs, 1)


def _reverse_runs(runs: list[tuple[int, list[str]]], lowest: int) -> list[tuple[int, list[str]]]:
    """Reverse the order of each sequence of runs whose levels are not below `lowest`."""
    reordered: list[tuple[int, list[str]]] = []
    for is_reversed, group in groupby(runs, key=lambda run: run[0] >= lowest):
        sequence = list(group)
        reordered += reversed(sequence) if is_reversed else sequence
    return reordered
