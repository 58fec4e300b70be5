"""What is in the picture while a title is shown, and where there is room for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.captions.avoidance.candidates import Candidate
from pipeline.captions.avoidance.costs import compute_covered_share, compute_place_cost, is_mouth_covered
from pipeline.captions.avoidance.places import list_face_areas
from pipeline.captions.boxes import Box
from pipeline.vision.film_faces import FilmFaces


@dataclass(frozen=True, slots=True)
class TitleScene:
    """What a title leaves free: `boxes` in pixels, such as captions and the progress bar, and mouths; and other parts
    of faces where it can.
    """

    boxes: Sequence[Box] = ()
    faces: FilmFaces | None = None


EMPTY_SCENE: Final = TitleScene()


def choose_free(candidates: Sequence[Candidate], scene: TitleScene, frame: tuple[int, int]) -> Candidate | None:
    """The cheapest place at which nothing is covered that a title leaves free; None if there is no such place."""
    areas = list_face_areas(scene.faces, candidates[0].block, frame) if scene.faces and candidates else []
    free = [
        each
        for each in candidates
        if not is_mouth_covered(each, areas)
        and not any(compute_covered_share(each.block.box, box) > 0 for box in scene.boxes)
    ]
    return min(free, key=lambda each: compute_place_cost(each, areas), default=None)
