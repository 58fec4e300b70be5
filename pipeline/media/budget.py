"""How large and at what rate a film is encoded, so that it fits into the bytes a messenger takes."""

from dataclasses import dataclass, replace

from models.films import Encoding

# The lowest rate, bits a second, at which a picture with this shorter side still looks better than a smaller one.
_LADDER = ((2160, 5_000_000), (1440, 2_600_000), (1080, 1_500_000), (720, 600_000), (480, 280_000), (360, 150_000))
_SMALLEST = 240
_SHARE = 0.94  # the container's index and x264's own error take the rest
_FULL = 0.9  # of its buffer x264 may spend at the start
_MOST = 240_000_000  # bits a second: no film comes near it (H.264's level 5.2), so it bounds nothing
_LEAST = 40_000  # bits a second: below this nothing is seen
_LOSSY = 1  # crf 0 is lossless, which phones do not play
_MISS = 0.93  # aimed at when the first attempt came out too large


@dataclass(frozen=True, slots=True)
class Budget:
    """Pixels as displayed, seconds, and x264's options; `rate` is None when nothing bounds the bytes."""

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
    """The budget for a video of `size` (displayed pixels) with so many bits of `audio` a second."""
    if encoding.max_bytes is None or seconds <= 0:
        return Budget(*size, seconds, encoding)
    room = _SHARE * encoding.max_bytes * 8 - audio * seconds
    rate = max(_LEAST, int(room / (seconds + _FULL * _buffer(seconds))))
    if rate > _MOST:
        return Budget(*size, seconds, encoding)
    return Budget(*fitted(size, rate), seconds, encoding, rate)


def tighter(plan: Budget, size: int, limit: int) -> Budget:
    """The budget for the second attempt, when the first one made `size` bytes where `limit` are allowed."""
    rate = max(_LEAST, int((plan.rate or size * 8 / max(plan.seconds, 1)) * _MISS * limit / size))
    width, height = fitted((plan.width, plan.height), rate)
    return replace(plan, width=width, height=height, rate=rate)


def fitted(size: tuple[int, int], rate: int) -> tuple[int, int]:
    """The size, made smaller where the rate is too low for it; even, never larger."""
    short = min(size)
    target = next((side for side, least in _LADDER if rate >= least), _SMALLEST)
    if target >= short:
        return size
    width, height = (max(2, round(side * target / short / 2) * 2) for side in size)
    return width, height


def _buffer(seconds: float) -> float:
    """Seconds of film x264 may save up: short ones must not spend much at once."""
    return min(2.0, max(0.5, seconds / 8))
