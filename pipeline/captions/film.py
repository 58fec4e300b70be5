"""Entry point of the caption engine: renders a video with its words as captions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from models.errors import ErrorCode, RequestRejected
from models.jobs.caption_styles import CaptionStyle, get_caption_style, placements_of
from models.jobs.options import CaptionOptions, Film
from models.jobs.transcript import Word
from pipeline.captions import layout_json
from pipeline.captions.grouping import group_words, prepare_words
from pipeline.captions.layout import CaptionBlock, count_max_columns, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent, keep_drawable, measure_text
from pipeline.captions.timeline import CaptionTimeline
from pipeline.captions.word_bitmaps import WordBitmaps
from pipeline.media.overlay import Overlay
from pipeline.media.transcode import Canvas, Painter, transcode
from pipeline.media.watermark import build_watermark
from pipeline.progress import ProgressCallback

_LEAD_FRAMES = 0.2  # of a frame: a word is highlighted this much early rather than almost a frame late


def make(
    video: Path,
    words: Sequence[Word],
    out: Path,
    options: CaptionOptions,
    progress: ProgressCallback,
    *,
    language: str = "en",
    layout: Path | None = None,
) -> Film:
    """Write `out` (MP4), its thumbnail beside it (.jpg) and, if given, LAYOUT.json to `layout`.

    Word times count from the start of the media (the earliest of its streams). Raises RequestRejected: NO_SPEECH if
    there are no words, SCRIPT_NOT_DRAWN if the fonts draw no word or under half of the letters;
    and what `transcode` raises.
    """
    style = get_caption_style(options.style)
    _check_drawable(words, style, language)

    def build_painter(canvas: Canvas) -> Painter:
        blocks = compose_blocks(words, style, (canvas.width, canvas.height), language)
        if layout:
            layout_json.write_layout(layout, blocks, canvas.width, canvas.height)
        return _build_painter(blocks, style, canvas, options.watermark)

    return transcode(video, out, build_painter, options.encoding, progress)


def compose_blocks(
    words: Sequence[Word], style: CaptionStyle, frame: tuple[int, int], language: str
) -> list[CaptionBlock]:
    """Lay out the words as caption blocks for a frame of (width, height) pixels."""
    width, height = frame
    family = style.font.family
    place = interpolate_place(placements_of(style), width, height)
    caption_words = prepare_words(
        words, style, language, partial(keep_drawable, family=family), count_max_columns(place, width, height)
    )

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, family, pixels)

    return lay_out_groups(group_words(caption_words, style.group), style, place, frame, measure)


def _check_drawable(words: Sequence[Word], style: CaptionStyle, language: str) -> None:
    letters = "".join(c for word in words for c in word.text if c.isalpha())
    drawable_letters = keep_drawable(letters, style.font.family)
    if not words:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if len(drawable_letters) < len(letters) / 2 or not any(
        keep_drawable(word.text, style.font.family).strip() for word in words
    ):
        raise RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN, language=language)


def _build_painter(
    blocks: Sequence[CaptionBlock], style: CaptionStyle, canvas: Canvas, watermark_text: str | None
) -> Painter:
    timeline = CaptionTimeline(blocks, style.active.pop, lead=_LEAD_FRAMES / canvas.fps)
    bitmaps = WordBitmaps(style, canvas.matrix)
    watermark_overlays = [build_watermark(watermark_text, canvas.width, canvas.height)] if watermark_text else []

    def paint(seconds: float) -> list[Overlay]:
        moment = timeline.find_state(seconds)
        found = bitmaps.build_overlays(blocks[moment.block_index], moment) if moment else []
        return [*found, *watermark_overlays]

    return paint
