"""Lines of text in a picture: one net finds what may be text, another tries to read it."""

from typing import Final

from pipeline.vision.text.detection import detect_lines
from pipeline.vision.text.reading import is_readable
from pipeline.vision.text.types import TextBox
from pipeline.vision.types import Picture

_MAX_READ: Final = 6  # lines


def find_text(picture: Picture) -> list[TextBox]:
    """Find the lines of text in an RGB picture, in no order; none where the nets are not installed.

    The largest lines are read; where most of them are no text, no other is taken for one.
    """
    boxes = sorted(detect_lines(picture) or (), key=lambda box: -box.height * box.width)
    is_text = [is_readable(picture, box) for box in boxes[:_MAX_READ]]
    confirmed = [box for box, is_read in zip(boxes, is_text, strict=False) if is_read]
    return [*confirmed, *boxes[_MAX_READ:]] if 2 * len(confirmed) > len(is_text) else confirmed
