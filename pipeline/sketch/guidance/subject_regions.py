"""Where the subjects of an order lie in a picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from models.sketch.subjects import Region, Subject, load_subjects
from pipeline.sketch.guidance.masks import Box, cut_out, find_sky
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Floats, Image, Mask
from pipeline.vision.detectors.objects import DetectedObject, find_objects, measure_overlap
from pipeline.vision.types import FaceBox

_MARGIN: Final = 0.012  # share of the longer side by which a mask is widened: outlines lie on an object's edge
_TEXT: Final = "text"  # label
_PERSON: Final = "person"  # class
_MIN_PERSON: Final = 0.5  # of the mask of people
_SAME_BOX: Final = 0.8  # intersection over union of a box and that of the object in it
_HEAD_MARGIN: Final = 0.35  # of a face's side, of the hair around it


@dataclass(frozen=True, slots=True)
class SubjectRegion:
    """Pixels of one object that is drawn before all others, or after them.

    The region of text has no pixels: its strokes are those that are written (`is_text`).
    """

    mask: Mask
    is_last: bool
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class SubjectStrokes:
    """The regions of an order, and the strokes of text that are written where the order has text."""

    regions: Sequence[SubjectRegion]
    written: Sequence[PenStroke] = ()


def find_subjects(
    picture: Image, order: Sequence[Subject], people: Floats | None, faces: Sequence[FaceBox]
) -> list[SubjectRegion]:
    """Find the subjects in an RGB picture, in their order; larger objects of one label first.

    `people` is the map of people (0 to 1) where there is one.

    Subjects that are not there have no region.
    """
    if not order:
        return []
    search = _SubjectSearch(picture, tuple(find_objects(picture)), people, faces)
    return [
        SubjectRegion(_extend_mask(mask), subject.is_last, is_text=subject.label == _TEXT)
        for subject in order
        for mask in (search.find_label(subject.label) if subject.box is None else [search.cut_out_box(subject.box)])
    ]


@dataclass(frozen=True, slots=True)
class _SubjectSearch:
    """A picture and the objects found in it."""

    picture: Image
    objects: tuple[DetectedObject, ...]
    people: Floats | None
    faces: Sequence[FaceBox]

    def find_label(self, label: str) -> list[Mask]:
        subject = load_subjects().get(label)
        if subject is None:
            return []
        if subject.region is not None:
            return _REGION_FINDERS[subject.region](self)
        found = [each for each in self.objects if each.label in subject.classes]
        return [self._cut_out(each) for each in sorted(found, key=lambda each: -each.area)]

    def cut_out_box(self, box: Box) -> Mask:
        """The object in a box of shares: what the detector saw there, else what can be told from around it."""
        height, width = self.picture.shape[:2]
        wanted = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
        same = (each for each in self.objects if measure_overlap(each.box, wanted) > _SAME_BOX)
        found = next(same, None)
        return cut_out(self.picture, wanted) if found is None else self._cut_out(found)

    def _cut_out(self, found: DetectedObject) -> Mask:
        mask = cut_out(self.picture, found.box)
        if found.label != _PERSON or self.people is None:
            return mask
        is_person = (self.people > _MIN_PERSON) & _fill(self.picture, found.box)
        return is_person if is_person.sum() > mask.sum() / 2 else mask

    def find_faces(self) -> list[Mask]:
        margins = [_HEAD_MARGIN * box.width for box in self.faces]
        return [
            _fill(self.picture, (box.x - margin, box.y - margin, box.width + 2 * margin, box.height + margin))
            for box, margin in zip(self.faces, margins, strict=True)
        ]

    def find_background(self) -> list[Mask]:
        """All that is no object and no person."""
        masks = [_extend_mask(self._cut_out(each)) for each in self.objects]
        if self.people is not None:
            masks.append(_extend_mask(self.people > _MIN_PERSON))
        front = np.any(masks, axis=0) if masks else np.zeros(self.picture.shape[:2], bool)
        return [~front] if front.any() else []

    def build_empty(self) -> list[Mask]:
        return [np.zeros(self.picture.shape[:2], bool)]

    def find_sky(self) -> list[Mask]:
        sky = find_sky(self.picture)
        return [] if sky is None else [sky]


_REGION_FINDERS: Final[dict[Region, Callable[[_SubjectSearch], list[Mask]]]] = {
    "faces": _SubjectSearch.find_faces,
    "background": _SubjectSearch.find_background,
    "sky": _SubjectSearch.find_sky,
    "text": _SubjectSearch.build_empty,
}


def _fill(picture: Image, box: Box) -> Mask:
    left, top, width, height = box
    mask = np.zeros(picture.shape[:2], bool)
    mask[max(0, round(top)) : max(0, round(top + height)), max(0, round(left)) : max(0, round(left + width))] = True
    return mask


def _extend_mask(mask: Mask) -> Mask:
    side = 2 * max(1, round(_MARGIN * max(mask.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0
