"""Bitrate budget: frame size and bit rate with which a film fits into a messenger's size limit."""

from dataclasses import dataclass, replace

from models.films import Encoding

# (shorter side, bits per second): the lowest rate at which this size still looks better than a smaller one.
_LADDER = ((2160, 5_000_000), (1440, 2_600_000), (1080, 1_500_000), (720, 600_000), (480, 280_000), (360, 150_000))
_SMALLEST = 240
_SHARE = 0.94  # the container's index and x264's rate error take the rest
_FULL = 0.9  # of its buffer that x264 may spend at the start
_MOST = 240_000_000  # bits per second: the maximum of H.264 level 5.2; a higher limit has no effect
_LEAST = 40_000  # bits per second: below this nothing can be recognized
_LOSSY = 1  # crf 0 is lossless, which phones do not play
_MISS = 0.93  # of the size limit, aimed at after a first attempt that was too large


@dataclass(frozen=True, slots=True)
class Budget:
    """Displayed size in pixels, seconds, and bits per second; `rate` is None if the size in bytes is not limited."""

    width: int
    height: int
    seconds: float
    encoding: Encoding
    rate: int | None = None

    @property
    def options(self) -> dict[str, str]:
        options = {"preset": self.encoding.preset.value, "crf": str(max(_LOSSY, self.encoding.crf)), "threads": "2"}
        if self.rate is not None:
            options |= {"maxrate": str(self.rate), "bufsize": str(round(self.rate * _buffer(self.seconds)))}
        return options


def budget(size: tuple[int, int], seconds: float, audio: int, encoding: Encoding) -> Budget:
    """The budget for a video of `size` (displayed pixels) with `audio` bits of sound per second."""
    if encoding.max_bytes is None or seconds <= 0:
        return Budget(*size, seconds, encoding)
    room = _SHARE * encoding.max_bytes * 8 - audio * seconds
    rate = max(_LEAST, int(room / (seconds + _FULL * _buffer(seconds))))
    if rate > _MOST:
        return Budget(*size, seconds, encoding)
    return Budget(*fitted(size, rate), seconds, encoding, rate)


def tighter(plan: Budget, size: int, limit: int) -> Budget:
    """The budget for a second attempt, after a first one of `size` bytes where `limit` are allowed."""
    rate = max(_LEAST, int((plan.rate or size * 8 / max(plan.seconds, 1)) * _MISS * limit / size))
    width, height = fitted((plan.width, plan.height), rate)
    return replace(plan, width=width, height=height, rate=rate)


def fitted(size: tuple[int, int], rate: int) -> tuple[int, int]:
    """The size, reduced to even sides if the rate is too low for it."""
    short = min(size)
    target = next((side for side, least in _LADDER if rate >= least), _SMALLEST)
    if target >= short:
        return size
    width, height = (max(2, round(side * target / short / 2) * 2) for side in size)
    return width, height


def _buffer(seconds: float) -> float:
    """Length of x264's rate buffer in seconds: short films must not spend much at once."""
    return min(2.0, max(0.5, seconds / 8))
