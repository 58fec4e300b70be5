"""Layout of a title: the greatest letters with which it fits into its part of the film, in lines of even length."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.captions.glyphs.shaping import ShapedText, shape_text
from pipeline.captions.scripts import compute_visual_order, is_right_to_left
from pipeline.sketch.titles.title_text import TitlePiece, TitleText, prepare_title

_MAX_LINES = 8
_MEASURED_SIZE = 100  # pixels per em at which pieces are measured
_MAX_SIZE = 0.115  # units per em
_MIN_SIZE = 6  # pixels per em
_LINE_PENALTY = 0.9  # factor on the size of letters that each further line must outweigh
_WIDTH_SHARE, _HEIGHT_SHARE = 0.90, 0.30  # of the film that the lines may take
_LINE_HEIGHT, _SPACE = 1.22, 0.28  # em
_ASCENT, _DESCENT = 1.04, 0.36  # em of the first line above its baseline, with marks, and of the last one below
_TOP_MARGIN, _BOTTOM_MARGIN = 0.045, 0.02  # units above and below the lines


@dataclass(frozen=True, slots=True)
class TitleWord:
    """A shaped piece of a title, where its baseline begins in film pixels, and its direction."""

    shaped: ShapedText
    x: float
    y: float
    is_rtl: bool


@dataclass(frozen=True, slots=True)
class TitleLayout:
    """The words of a title in the order of writing, pixels per em, and the pixels of the film's height they take."""

    words: tuple[TitleWord, ...]
    font_size: int
    height: int


def lay_out_title(text: str, size: tuple[int, int], unit: float) -> TitleLayout | None:
    """Lay out a title at the top of a film of `size` (width, height) pixels; None where nothing can be written."""
    title = prepare_title(text)
    if not title.pieces:
        return None
    widths = [_measure_piece(piece, title.families) for piece in title.pieces]
    font_size, lines = _fit_lines(title.pieces, widths, size, unit)
    is_rtl = is_right_to_left(" ".join(piece.text for piece in title.pieces))
    words: list[TitleWord] = []
    for number, line in enumerate(lines):
        baseline = _TOP_MARGIN * unit + (_ASCENT + number * _LINE_HEIGHT) * font_size
        words += _place_line(title, line, (size[0], baseline), font_size, is_rtl=is_rtl)
    height = (_TOP_MARGIN + _BOTTOM_MARGIN) * unit + (_ASCENT + _DESCENT + (len(lines) - 1) * _LINE_HEIGHT) * font_size
    return TitleLayout(tuple(words), font_size, 2 * round(height / 2))


def _measure_piece(piece: TitlePiece, families: Sequence[str]) -> float:
    """Advance of a piece in em."""
    return shape_text(piece.text, families, _MEASURED_SIZE).advance / _MEASURED_SIZE


def _fit_lines(
    pieces: Sequence[TitlePiece], widths: Sequence[float], size: tuple[int, int], unit: float
) -> tuple[int, list[range]]:
    """The number of lines that allows large letters: their size in pixels, and those lines."""
    candidates = [_split_evenly(pieces, widths, count) for count in range(1, min(_MAX_LINES, len(pieces)) + 1)]

    def measure(lines: list[range]) -> int:
        widest = max(_measure_line(pieces, widths, line) for line in lines)
        by_width = _WIDTH_SHARE * size[0] / max(widest, 0.1)
        by_height = _HEIGHT_SHARE * size[1] / (_LINE_HEIGHT * len(lines))
        return max(_MIN_SIZE, int(min(by_width, by_height, _MAX_SIZE * unit)))

    best = max(candidates, key=lambda lines: measure(lines) * _LINE_PENALTY ** len(lines))
    return measure(best), best


def _split_evenly(pieces: Sequence[TitlePiece], widths: Sequence[float], count: int) -> list[range]:
    """Split into at most `count` lines such that the widest is as narrow as can be, by bisection of its width."""
    low, high = max(widths), _measure_line(pieces, widths, range(len(pieces)))
    for _ in range(24):
        middle = (low + high) / 2
        if len(_fill_lines(pieces, widths, middle)) <= count:
            high = middle
        else:
            low = middle
    return _fill_lines(pieces, widths, high + 1e-6)


def _fill_lines(pieces: Sequence[TitlePiece], widths: Sequence[float], limit: float) -> list[range]:
    """Fill lines of at most `limit` em one after another."""
    lines: list[range] = []
    start = 0
    for index in range(1, len(pieces) + 1):
        if index == len(pieces) or _measure_line(pieces, widths, range(start, index + 1)) > limit:
            lines.append(range(start, index))
            start = index
    return lines


def _measure_line(pieces: Sequence[TitlePiece], widths: Sequence[float], line: range) -> float:
    return sum(widths[index] for index in line) + sum(_measure_space(pieces[index]) for index in line[1:])


def _measure_space(piece: TitlePiece) -> float:
    return 0.0 if piece.is_joined else _SPACE


def _place_line(
    title: TitleText, line: range, place: tuple[int, float], font_size: int, *, is_rtl: bool
) -> list[TitleWord]:
    """Place the pieces of one line, centred in the width of the film; `place` is that width and the baseline."""
    shaped = [shape_text(title.pieces[index].text, title.families, font_size) for index in line]
    order = compute_visual_order([title.pieces[index].text for index in line], is_rtl=is_rtl)
    gaps = [font_size * _measure_space(title.pieces[index]) for index in line]
    width = sum(each.advance for each in shaped) + sum(gaps[1:])
    pen, starts = (place[0] - width) / 2, [0.0] * len(shaped)
    for number, position in enumerate(order):
        pen += gaps[max(position, order[number - 1])] if number else 0.0
        starts[position] = pen
        pen += shaped[position].advance
    return [
        TitleWord(each, start, place[1], is_right_to_left(title.pieces[index].text))
        for each, start, index in zip(shaped, starts, line, strict=True)
    ]
