"""Plan of a film that a video is encoded to: its size, bit rate, colours, frame rate and length."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.video.stream import VideoStream

from models.jobs.film import EncodingOptions
from pipeline.media.bitrate import BitrateBudget, compute_budget
from pipeline.media.demux import open_media
from pipeline.media.editing.cut_list import Edit
from pipeline.media.encoding.frame_conversion import ColourTags, FrameConverter, colour_tags_of
from pipeline.media.encoding.frame_encoder import REPEAT_RATE, SLOWEST_RATE
from pipeline.media.soundtrack import BIT_RATE, bit_rate_for
from pipeline.media.streams.source import SourceMeasures, SourceStreams, measure_streams, select_streams

_MAX_RATE: Final = Fraction(120)  # frames per second: broken timestamps can make any number
_RATE_TOLERANCE: Final = Fraction(1, 10)  # share by which the header's frame rate may miss the counted one


@dataclass(frozen=True, slots=True)
class TranscodePlan:
    """What is known of the film before it is encoded."""

    budget: BitrateBudget
    colours: ColourTags
    rate: Fraction  # frames per second
    end: Fraction  # seconds from the start of the film
    edit: Edit
    pixels: int  # of the largest frame, as displayed by itself


def plan_transcode(
    source: Path, encoding: EncodingOptions, edit: Edit, *, is_size_varying: bool = False
) -> TranscodePlan:
    """Measure a video, and plan the film of it; `is_size_varying` has all of its frames decoded to find the largest.

    Raises RequestRejected (NO_PICTURE, BROKEN_FILE, ...).
    """
    with open_media(source) as container:
        sources = select_streams(container)
        measures = measure_streams(sources, is_size_varying=is_size_varying)
        end = edit.cuts.map_time(measures.end - sources.origins.start) + edit.closing
        audio_bits = BIT_RATE if edit.cuts and sources.audio else _measure_audio_bits(sources, measures)
        budget = compute_budget(measures.size, float(end), audio_bits, encoding, source_bytes=source.stat().st_size)
        converter = FrameConverter((budget.width, budget.height), sources.video)
        colours = colour_tags_of(converter(measures.first_frame), measures.size)
        rate = _choose_rate(sources.video, measures.frame_rate)
        return TranscodePlan(budget, colours, rate, end, edit, measures.size[0] * measures.size[1])


def _measure_audio_bits(sources: SourceStreams, measures: SourceMeasures) -> int:
    """Bits per second of the film's sound."""
    if sources.audio is None or measures.seconds <= 0:
        return 0
    return bit_rate_for(sources.audio, measures.audio_bytes * 8 / measures.seconds)


def _choose_rate(video: VideoStream, counted: Fraction | None) -> Fraction:
    """The nominal frame rate if it is about the counted one; a browser's, for example, are the ticks of its clock.

    Where frames are so rare that they will be repeated, it is the rate at which they are.
    """
    if counted is None:
        return Fraction(REPEAT_RATE)
    nominal = video.guessed_rate or video.average_rate
    rate = nominal if nominal and abs(nominal / counted - 1) <= _RATE_TOLERANCE else counted.limit_denominator(1001)
    return Fraction(REPEAT_RATE) if rate < SLOWEST_RATE else min(rate, _MAX_RATE)
