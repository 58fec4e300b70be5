"""Ranks of a picture's pixels in an order: what is filled first, the rest, and what is filled last."""

from collections.abc import Sequence

import numpy as np

from models.sketch.subjects import Subject
from pipeline.sketch.guidance.subject_regions import find_subjects
from pipeline.sketch.types import Array, Image, Integers
from pipeline.vision.faces import find_faces
from pipeline.vision.people import find_people


def map_ranks(picture: Image, order: Sequence[Subject]) -> Integers | None:
    """The rank of each pixel of an RGB picture, from 0; None where there is no order, or nothing of it is there."""
    if not order:
        return None
    regions = find_subjects(picture, order, find_people(picture), [face.box for face in find_faces(picture)])
    first = [region.mask for region in regions if not region.is_last and region.mask.any()]
    last = [region.mask for region in regions if region.is_last and region.mask.any()]
    masks = [*enumerate(first), *enumerate(last, start=len(first) + 1)]
    ranks = np.full(picture.shape[:2], len(first), np.int32)
    for rank, mask in sorted(masks, key=lambda each: -int(each[1].sum())):  # the smallest that holds a pixel counts
        ranks[mask] = rank
    return ranks if masks else None


def split_regions(labels: Integers, ranks: Integers, first_whole: int) -> tuple[Integers, int, Array]:
    """Cut labelled regions where the rank changes; those from the label `first_whole` on stay whole.

    Returns the new labels, the first label of a whole region, and the rank of each label.
    """
    is_whole = labels >= first_whole
    combined = labels.astype(np.int64) * (int(ranks.max()) + 1) + ranks
    _, compact = np.unique(combined[~is_whole], return_inverse=True)
    first = int(compact.max()) + 1 if compact.size else 0
    split = np.empty(labels.shape, np.int32)
    split[~is_whole] = compact
    split[is_whole] = labels[is_whole] - first_whole + first
    counts = np.zeros((int(split.max()) + 1, int(ranks.max()) + 1), np.int64)
    np.add.at(counts, (split.ravel(), ranks.ravel()), 1)
    return split, first, counts.argmax(axis=1)
