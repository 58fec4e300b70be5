"""Picture of the finished drawing."""

from pathlib import Path

import cv2

from pipeline.sketch.planes import YuvPlanes

_COMPRESSION = 4  # of zlib, 0 to 9: higher levels take twice the time for 3 % less


def write_still(finished: YuvPlanes, out: Path) -> None:
    """Write the finished board as a PNG of the film's size. Raises OSError where it cannot be written."""
    picture = cv2.cvtColor(finished.to_rgb(), cv2.COLOR_RGB2BGR)
    out.write_bytes(cv2.imencode(".png", picture, (cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION))[1].tobytes())
