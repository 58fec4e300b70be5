"""Bitrate budget: frame size and bit rate with which a film fits into a messenger's size limit."""

from dataclasses import dataclass, replace

from models.jobs.options import EncodingOptions

# (shorter side, bits per second): the lowest rate at which this size still looks better than a smaller one.
_MIN_RATE_BY_SIDE = (
    (2160, 5_000_000),
    (1440, 2_600_000),
    (1080, 1_500_000),
    (720, 600_000),
    (480, 280_000),
    (360, 150_000),
)
_MIN_SIDE = 240
_VIDEO_SHARE = 0.94  # the container's index and x264's rate error take the rest
_INITIAL_BUFFER_SHARE = 0.9  # of its buffer that x264 may spend at the start
_MAX_RATE = 240_000_000  # bits per second: the maximum of H.264 level 5.2; a higher limit has no effect
_MIN_RATE = 40_000  # bits per second: below this nothing can be recognized
_MIN_CRF = 1  # crf 0 is lossless, which phones do not play
_RETRY_FACTOR = 0.93  # of the size limit, aimed at after a first attempt that was too large


@dataclass(frozen=True, slots=True)
class BitrateBudget:
    """Displayed size in pixels, seconds, and bits per second; `rate` is None if the size in bytes is not limited."""

    width: int
    height: int
    seconds: float
    encoding: EncodingOptions
    rate: int | None = None

    @property
    def options(self) -> dict[str, str]:
        options = {"preset": self.encoding.preset.value, "crf": str(max(_MIN_CRF, self.encoding.crf)), "threads": "2"}
        if self.rate is not None:
            options |= {"maxrate": str(self.rate), "bufsize": str(round(self.rate * _buffer_seconds_for(self.seconds)))}
        return options


def compute_budget(size: tuple[int, int], seconds: float, audio: int, encoding: EncodingOptions) -> BitrateBudget:
    """The budget for a video of `size` (displayed pixels) with `audio` bits of sound per second."""
    if encoding.max_bytes is None or seconds <= 0:
        return BitrateBudget(*size, seconds, encoding)
    video_bits = _VIDEO_SHARE * encoding.max_bytes * 8 - audio * seconds
    rate = max(_MIN_RATE, int(video_bits / (seconds + _INITIAL_BUFFER_SHARE * _buffer_seconds_for(seconds))))
    if rate > _MAX_RATE:
        return BitrateBudget(*size, seconds, encoding)
    return BitrateBudget(*fit_size(size, rate), seconds, encoding, rate)


def tighten_budget(plan: BitrateBudget, size: int, limit: int) -> BitrateBudget:
    """The budget for a second attempt, after a first one of `size` bytes where `limit` are allowed."""
    rate = max(_MIN_RATE, int((plan.rate or size * 8 / max(plan.seconds, 1)) * _RETRY_FACTOR * limit / size))
    width, height = fit_size((plan.width, plan.height), rate)
    return replace(plan, width=width, height=height, rate=rate)


def fit_size(size: tuple[int, int], rate: int) -> tuple[int, int]:
    """The size, reduced to even sides if the rate is too low for it."""
    shorter = min(size)
    target = next((side for side, min_rate in _MIN_RATE_BY_SIDE if rate >= min_rate), _MIN_SIDE)
    if target >= shorter:
        return size
    width, height = (max(2, round(side * target / shorter / 2) * 2) for side in size)
    return width, height


def _buffer_seconds_for(seconds: float) -> float:
    """Length of x264's rate buffer in seconds: short films must not spend much at once."""
    return min(2.0, max(0.5, seconds / 8))
