"""What is visible in a picture: which board shows it, which frame of an animation shows most, whether it is blank."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import RequestRejected
from pipeline.media.decode_errors import convert_decode_errors
from pipeline.media.pictures.picture import WHITE_LEVEL

Pixels = NDArray[np.uint8]

_DARK_LEVEL: Final = 38  # grey level of the board for pictures hidden on white
_INVISIBLE_ALPHA: Final = 8  # of 255: below this nothing of a pixel is seen
_VISIBLE_DIFFERENCE: Final = 8  # levels from which a pixel differs visibly from another
_MIN_VISIBLE_SHARE: Final = 1 / 20_000  # of the pixels: specks of less are no picture
_HIDDEN_SHARE: Final = 0.25  # of the detail on a dark board: a picture with less of it on white is hidden there
_FIRST_FRAME_SHARE: Final = 0.8  # of the fullest frame's detail, with which the first one is taken
_SAMPLE_SIDE: Final = 256  # pixels: detail is measured at this size
_MAX_FRAME_PIXELS: Final = 100_000_000  # of all frames of an animation that are looked at


def is_blank(picture: Pixels) -> bool:
    """Whether an RGB picture is one flat colour, apart from noise and specks."""
    background = np.median(picture.reshape(-1, 3), axis=0)
    is_visible = (np.abs(picture - background) >= _VISIBLE_DIFFERENCE).any(axis=2)
    return float(is_visible.mean()) < _MIN_VISIBLE_SHARE


def is_opaque(image: Image.Image) -> bool:
    """Whether the alpha channel of an RGBA picture means nothing: all of it is transparent, as some programs write."""
    highest = image.getchannel("A").getextrema()[1]
    return isinstance(highest, int) and highest < _INVISIBLE_ALPHA


def choose_board_level(image: Image.Image) -> int:
    """The grey level of the board that shows an RGBA picture: white, unless it is seen only on a dark one."""
    sample = _shrink(image)
    on_white, on_dark = (_measure_detail(compose(sample, level)) for level in (WHITE_LEVEL, _DARK_LEVEL))
    return _DARK_LEVEL if on_white < _HIDDEN_SHARE * on_dark else WHITE_LEVEL


def compose(image: Image.Image, level: int) -> Image.Image:
    """Put an RGBA picture on a board of a grey level."""
    board = Image.new("RGB", image.size, (level,) * 3)
    board.paste(image, mask=image.getchannel("A"))
    return board


def find_fullest_frame(image: Image.Image) -> int:
    """The number of the frame that shows most; the first one if others hardly show more."""
    details = [_measure_frame(frame) for frame in _iterate_frames(image)]
    fullest = max(details, default=0.0)
    if not details or details[0] >= _FIRST_FRAME_SHARE * fullest:
        return 0
    return details.index(fullest)


def _iterate_frames(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the frames up to the first damaged one, as long as they are within the limit of pixels."""
    for number in range(max(1, _MAX_FRAME_PIXELS // (image.width * image.height))):
        try:
            with convert_decode_errors():
                image.seek(number)
                image.load()
        except RequestRejected:
            return
        yield image


def _measure_frame(frame: Image.Image) -> float:
    sample = _shrink(frame.convert("RGBA"))
    return max(_measure_detail(compose(sample, level)) for level in (WHITE_LEVEL, _DARK_LEVEL))


def _measure_detail(image: Image.Image) -> float:
    """Mean difference between neighbouring pixels of an RGB picture, of the channel in which it is greatest."""
    pixels = np.asarray(image).astype(np.int16)
    return sum(float(np.abs(np.diff(pixels, axis=axis)).max(axis=2).mean()) for axis in (0, 1))


def _shrink(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BOX)
    return small
