"""Choice of a place for each caption of a film: over all captions the least is covered, and the least is moved."""

from collections.abc import Callable, Sequence
from typing import Final

from models.captions.placement import CaptionPlacement
from pipeline.captions.avoidance.candidates import Candidate, list_candidates
from pipeline.captions.avoidance.costs import FaceArea, compute_move_cost, compute_place_cost, is_mouth_covered
from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.types import FaceBox

SMALLER_SCALE: Final = 0.72  # of the letters, where a mouth would be covered at every place
_MOUTH_MARGIN: Final = (0.06, 0.06, 0.06, 0.10)  # shares of the face, around lips that will open: left to bottom
_FACE_MARGIN: Final = 0.03  # share of the face


def choose_places(
    blocks: Sequence[CaptionBlock],
    lay_out_smaller: Callable[[], Sequence[CaptionBlock]],
    faces: FilmFaces,
    place: CaptionPlacement,
    frame: tuple[int, int],
) -> list[Candidate]:
    """The place of each caption that is best for the film as a whole.

    Where a mouth would be covered at every place they are those of `lay_out_smaller`, with letters of SMALLER_SCALE.
    """
    areas = [list_face_areas(faces, block, frame) for block in blocks]
    candidates = [list_candidates(block, place, frame[1]) for block in blocks]
    chosen = choose_candidates(candidates, areas, faces.cuts)
    hidden = [n for n, each in enumerate(chosen) if is_mouth_covered(each, areas[n])]
    if hidden:
        smaller = lay_out_smaller()
        for n in hidden:
            candidates[n] += list_candidates(smaller[n], place, frame[1], SMALLER_SCALE)
        chosen = choose_candidates(candidates, areas, faces.cuts)
    return chosen


def choose_candidates(
    candidates: Sequence[Sequence[Candidate]], areas: Sequence[Sequence[FaceArea]], cuts: Sequence[float]
) -> list[Candidate]:
    """The candidate of each caption such that the costs of all places and moves are least (after Viterbi)."""
    totals: list[list[float]] = []
    origins: list[list[int]] = []
    for n, options in enumerate(candidates):
        costs = [compute_place_cost(option, areas[n]) for option in options]
        if n == 0:
            totals, origins = [costs], [[0] * len(options)]
            continue
        is_cut = _has_cut(cuts, candidates[n - 1][0].block, options[0].block)
        steps = [_find_best_origin(candidates[n - 1], totals[-1], option, is_cut=is_cut) for option in options]
        totals.append([cost + total for cost, (total, _) in zip(costs, steps, strict=True)])
        origins.append([origin for _, origin in steps])
    return _trace_back(candidates, totals, origins)


def list_face_areas(faces: FilmFaces, block: CaptionBlock, frame: tuple[int, int]) -> list[FaceArea]:
    """Where faces may be while a caption is shown, in pixels of the frame."""
    scale = frame[0] / faces.size[0], frame[1] / faces.size[1]
    areas = []
    for region in faces.find_regions(block.start, block.end):
        side = region.box.height
        mouth = _scale_box(region.mouth, scale, [share * side for share in _MOUTH_MARGIN])
        eyes = _scale_box(region.eyes, scale, [0.0] * 4) if region.eyes else None
        areas.append(FaceArea(_scale_box(region.box, scale, [_FACE_MARGIN * side] * 4), mouth, eyes))
    return areas


def _find_best_origin(
    before: Sequence[Candidate], totals: Sequence[float], after: Candidate, *, is_cut: bool
) -> tuple[float, int]:
    """The least total at which this candidate can be reached, and the index of the one before."""
    return min(
        (total + compute_move_cost(each, after, is_cut_between=is_cut), index)
        for index, (each, total) in enumerate(zip(before, totals, strict=True))
    )


def _trace_back(
    candidates: Sequence[Sequence[Candidate]], totals: Sequence[Sequence[float]], origins: Sequence[Sequence[int]]
) -> list[Candidate]:
    if not candidates:
        return []
    index = min(range(len(totals[-1])), key=totals[-1].__getitem__)
    chosen: list[Candidate] = []
    for n in range(len(candidates) - 1, -1, -1):
        chosen.insert(0, candidates[n][index])
        index = origins[n][index]
    return chosen


def _has_cut(cuts: Sequence[float], before: CaptionBlock, after: CaptionBlock) -> bool:
    """Whether the shot changes between the middles of two captions."""
    start, end = (before.start + before.end) / 2, (after.start + after.end) / 2
    return any(start < cut <= end for cut in cuts)


def _scale_box(box: FaceBox, scale: tuple[float, float], margins: Sequence[float]) -> Box:
    """A box of a sampled picture, with margins in its pixels, on the canvas."""
    left, top, right, bottom = margins
    return Box(
        round((box.x - left) * scale[0]),
        round((box.y - top) * scale[1]),
        round((box.x + box.width + right) * scale[0]),
        round((box.y + box.height + bottom) * scale[1]),
    )
