"""Bitrate budget: frame size and bit rate with which a film fits into a messenger's size limit."""

from dataclasses import dataclass, replace

from models.jobs.film import EncodingOptions

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
_RETRY_FACTOR = 0.93  # of the size limit, aimed at after an attempt that missed it
_FILL_FACTOR = 0.92  # of the size limit, aimed at by a film that shall use it; x264 is off by up to 8 %
_MIN_USE = 0.8  # of the size limit by a film that shall use it
_SATURATED_USE = 0.4  # of the size limit: less means that the picture needs no more at the best quality
_PEAK_FACTOR = 2.5  # of the mean rate that difficult scenes may take
_PEAK_SECONDS = 4  # of the peak rate that x264 may have in its buffer
_BEST_QUANTIZER = 10  # below this more bits are not seen


@dataclass(frozen=True, slots=True)
class BitrateBudget:
    """Displayed size in pixels, seconds, and bits per second; `rate` is None if the size in bytes is not limited.

    With `is_filled` it is the mean rate, otherwise the highest one.
    """

    width: int
    height: int
    seconds: float
    encoding: EncodingOptions
    rate: int | None = None
    is_filled: bool = False

    @property
    def options(self) -> dict[str, str]:
        options = {"preset": self.encoding.preset.value, "threads": "2"}
        if self.rate is not None and self.is_filled:
            peak = round(self.rate * _PEAK_FACTOR)
            buffer = self.rate * _PEAK_SECONDS
            return options | {
                "b": str(self.rate), "maxrate": str(peak), "bufsize": str(buffer), "qmin": str(_BEST_QUANTIZER)
            }  # fmt: skip
        options["crf"] = str(max(_MIN_CRF, self.encoding.crf))
        if self.rate is not None:
            options |= {"maxrate": str(self.rate), "bufsize": str(round(self.rate * _buffer_seconds_for(self.seconds)))}
        return options

    def is_missed_by(self, size: int) -> bool:
        """Whether a film of `size` bytes should be encoded again: too large, or too small for one that is filled."""
        limit = self.encoding.max_bytes
        if limit is None:
            return False
        return size > limit or (self.is_filled and _SATURATED_USE * limit < size < _MIN_USE * limit)


def compute_budget(
    size: tuple[int, int], seconds: float, audio: int, encoding: EncodingOptions, *, source_bytes: int = 0
) -> BitrateBudget:
    """The budget for a video of `size` (displayed pixels) with `audio` bits of sound per second.

    A film of a source that is larger than the limit uses what it may; otherwise its quality is enough.
    """
    if encoding.max_bytes is None or seconds <= 0:
        return BitrateBudget(*size, seconds, encoding)
    if source_bytes > encoding.max_bytes:
        mean = max(_MIN_RATE, int(_FILL_FACTOR * encoding.max_bytes * 8 / seconds - audio))
        return BitrateBudget(*fit_size(size, mean), seconds, encoding, mean, is_filled=mean < _MAX_RATE)
    video_bits = _VIDEO_SHARE * encoding.max_bytes * 8 - audio * seconds
    rate = max(_MIN_RATE, int(video_bits / (seconds + _INITIAL_BUFFER_SHARE * _buffer_seconds_for(seconds))))
    if rate > _MAX_RATE:
        return BitrateBudget(*size, seconds, encoding)
    return BitrateBudget(*fit_size(size, rate), seconds, encoding, rate)


def tighten_budget(plan: BitrateBudget, size: int, limit: int) -> BitrateBudget:
    """The budget for another attempt, after one of `size` bytes where `limit` are allowed."""
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
