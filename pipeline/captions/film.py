"""Entry point of the caption engine: renders a video with its words as captions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from models.caption_styles import CaptionStyle, caption_style, places
from models.errors import Code, Refused
from models.films import CaptionOptions, Film
from models.words import Word
from pipeline.captions import record
from pipeline.captions.grouping import grouped, shown
from pipeline.captions.layout import Block, laid_out, longest_word, place_in
from pipeline.captions.lettering import Extent, drawable, extent
from pipeline.captions.pieces import Pieces
from pipeline.captions.timeline import Timeline
from pipeline.media.overlay import Overlay
from pipeline.media.transcode import Canvas, Paint, transcode
from pipeline.media.watermark import watermark
from pipeline.progress import Progress

_LEAD = 0.2  # of a frame: a word is highlighted this much early rather than almost a frame late


def make(
    video: Path,
    words: Sequence[Word],
    out: Path,
    options: CaptionOptions,
    progress: Progress,
    *,
    language: str = "en",
    layout: Path | None = None,
) -> Film:
    """Write `out` (MP4), its thumbnail beside it (.jpg) and, if given, LAYOUT.json to `layout`.

    Word times count from the start of the media (the earliest of its streams). Raises Refused: NO_SPEECH if there are
    no words, SCRIPT_NOT_DRAWN if the fonts draw no word or under half of the letters; and what `transcode` raises.
    """
    style = caption_style(options.style)
    _check(words, style, language)

    def painter(canvas: Canvas) -> Paint:
        blocks = compose(words, style, (canvas.width, canvas.height), language)
        if layout:
            record.write(layout, blocks, canvas.width, canvas.height)
        return _paint(blocks, style, canvas, options.watermark)

    return transcode(video, out, painter, options.encoding, progress)


def compose(words: Sequence[Word], style: CaptionStyle, frame: tuple[int, int], language: str) -> list[Block]:
    """Lay out the words as caption blocks for a frame of (width, height) pixels."""
    width, height = frame
    family = style.font.family
    place = place_in(places(style), width, height)
    kept = shown(words, style, language, partial(drawable, family=family), longest_word(place, width, height))

    def measure(text: str, pixels: int) -> Extent:
        return extent(text, family, pixels)

    return laid_out(grouped(kept, style.group), style, place, frame, measure)


def _check(words: Sequence[Word], style: CaptionStyle, language: str) -> None:
    letters = "".join(c for word in words for c in word.text if c.isalpha())
    kept = drawable(letters, style.font.family)
    if not words:
        raise Refused(Code.NO_SPEECH)
    if len(kept) < len(letters) / 2 or not any(drawable(word.text, style.font.family).strip() for word in words):
        raise Refused(Code.SCRIPT_NOT_DRAWN, language=language)


def _paint(blocks: Sequence[Block], style: CaptionStyle, canvas: Canvas, mark: str | None) -> Paint:
    timeline = Timeline(blocks, style.active.pop, lead=_LEAD / canvas.fps)
    pieces = Pieces(style, canvas.matrix)
    corner = [watermark(mark, canvas.width, canvas.height)] if mark else []

    def paint(seconds: float) -> list[Overlay]:
        moment = timeline.at(seconds)
        found = pieces.overlays(blocks[moment.block], moment) if moment else []
        return [*found, *corner]

    return paint
