"""A task that tests run inside the sandbox: what the nets see in a photograph, and how much memory that takes."""

import resource

import numpy as np
from skimage import data

from pipeline.vision.contours import find_contours
from pipeline.vision.faces import find_faces
from pipeline.vision.irises import find_irises
from pipeline.vision.people import find_people


def look() -> dict[str, float]:
    """Shares of the picture where something is, the number of irises, and the megabytes it took."""
    picture = data.astronaut()
    before = read_peak()
    contours, people = find_contours(picture), find_people(picture)
    irises = [iris for face in find_faces(picture) for iris in find_irises(picture, face)]
    return {
        "contours": -1.0 if contours is None else float(np.mean(contours > 0.5)),
        "people": -1.0 if people is None else float(np.mean(people > 0.5)),
        "irises": float(len(irises)),
        "megabytes": read_peak() - before,
    }


def read_peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
