"""Which of the nets that see are installed."""

from pipeline.vision import contour_weights, weights
from pipeline.vision.weights import NetFile, find_net_file

_FILES: dict[str, tuple[NetFile, ...]] = {
    "people": (weights.PEOPLE, weights.PEOPLE_WIDE),
    "faces": (weights.DETECTION, weights.LANDMARKS),
    "irises": (weights.IRISES,),
    "text": (weights.TEXT_LINES, weights.TEXT_READING),
    "objects": (weights.OBJECTS,),
}


def list_missing_nets() -> list[str]:
    """What cannot be found in pictures, since its net is missing or another than expected."""
    missing = [name for name, files in _FILES.items() if not all(find_net_file(file) for file in files)]
    return missing if contour_weights.find_contour_model() else ["contours", *missing]
