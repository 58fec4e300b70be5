"""Entry point of the caption engine: renders a video with its words as captions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from models.captions.adjustments import adjust_style
from models.captions.fonts import list_families
from models.captions.style import CaptionStyle
from models.errors import ErrorCode, RequestRejected
from models.jobs.caption_styles import get_caption_style, placements_of
from models.jobs.options import CaptionOptions, Film
from models.jobs.transcript import Translation, Word
from pipeline.captions import layout_json
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.emphasis import find_emphasis, mark_words, mask_profanity
from pipeline.captions.grouping import group_words
from pipeline.captions.layout import CaptionBlock, count_max_columns, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent, keep_drawable, measure_text
from pipeline.captions.translation_blocks import derive_style, group_translation, limit_lines, place_blocks
from pipeline.media.logo import build_logo
from pipeline.media.transcode import Canvas, Painter, transcode
from pipeline.media.watermark import build_watermark
from pipeline.progress import ProgressCallback


def make(
    video: Path,
    words: Sequence[Word],
    out: Path,
    options: CaptionOptions,
    progress: ProgressCallback,
    *,
    language: str = "en",
    layout: Path | None = None,
    logo: Path | None = None,
    translation: Translation | None = None,
) -> Film:
    """Write `out` (MP4), its thumbnail beside it (.jpg) and, if given, LAYOUT.json to `layout`. The lines of a
    translation stand below the words.

    Word times count from the start of the media (the earliest of its streams); `logo` is the picture of `options.logo`.
    Raises RequestRejected: NO_SPEECH if there are no words, SCRIPT_NOT_DRAWN if the fonts draw no word or under half of
    the letters; and what `transcode` raises.
    """
    words = prepare_texts(words, options, language)
    style = resolve_style(options)
    _check_drawable([word.text for word in words], style, language)
    if translation:
        translation = _mask_lines(translation, options)
        _check_drawable([line.text for line in translation.lines], style, translation.language)

    def build_painter(canvas: Canvas) -> Painter:
        return build_caption_painter(
            words, options, language, canvas, layout=layout, logo=logo, translation=translation
        )

    return transcode(video, out, build_painter, options.encoding, progress)


def resolve_style(options: CaptionOptions) -> CaptionStyle:
    """The style with what is changed of it. Raises RequestRejected(USAGE) for an unknown one."""
    return adjust_style(options.custom_style or get_caption_style(options.style), options.adjustments)


def prepare_texts(words: Sequence[Word], options: CaptionOptions, language: str) -> Sequence[Word]:
    """The words with profanity masked, where the options ask for that."""
    if options.profanity != "mask":
        return words
    return [word.model_copy(update={"text": mask_profanity(word.text, language)}) for word in words]


def build_caption_painter(
    words: Sequence[Word],
    options: CaptionOptions,
    language: str,
    canvas: Canvas,
    *,
    layout: Path | None = None,
    logo: Path | None = None,
    translation: Translation | None = None,
) -> Painter:
    """The painter of the words, the lines of a translation below them, the logo behind both, and the watermark."""
    style, size = resolve_style(options), (canvas.width, canvas.height)
    style = limit_lines(style) if translation else style
    blocks = compose_blocks(words, style, size, language)
    lines = compose_translation(translation, style, size) if translation else []
    blocks, lines = place_blocks(blocks, lines, interpolate_place(placements_of(style), *size), size)
    if layout:
        layout_json.write_layout(layout, sorted([*blocks, *lines], key=lambda block: block.start), *size)
    logos = build_logo(logo, options.logo, size, canvas.matrix)
    above = [build_watermark(options.watermark, *size)] if options.watermark else []
    lower = CaptionPainter(lines, derive_style(style), canvas, below=logos)
    upper = CaptionPainter(blocks, style, canvas, above)
    return lambda seconds: [*lower(seconds), *upper(seconds)]


def compose_blocks(
    words: Sequence[Word], style: CaptionStyle, frame: tuple[int, int], language: str
) -> list[CaptionBlock]:
    """Lay out the words as caption blocks for a frame of (width, height) pixels."""
    families = list_families(style.font.family)
    place = interpolate_place(placements_of(style), *frame)
    caption_words = _prepare_words(words, style, language, count_max_columns(place, *frame))

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    return lay_out_groups(group_words(caption_words, style.group), style, place, frame, measure)


def compose_translation(translation: Translation, style: CaptionStyle, frame: tuple[int, int]) -> list[CaptionBlock]:
    """Lay out the lines of a translation as blocks in its derived style, where captions stand without one."""
    lower_style, families = derive_style(style), list_families(style.font.family)
    place = interpolate_place(placements_of(style), *frame)
    keep = partial(keep_drawable, families=families)
    groups = group_translation(translation, lower_style, keep, count_max_columns(place, *frame))

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    return lay_out_groups(groups, lower_style, place, frame, measure)


def _mask_lines(translation: Translation, options: CaptionOptions) -> Translation:
    if options.profanity != "mask":
        return translation
    lines = (
        line.model_copy(
            update={"text": " ".join(mask_profanity(word, translation.language) for word in line.text.split())}
        )
        for line in translation.lines
    )
    return translation.model_copy(update={"lines": tuple(lines)})


def _prepare_words(words: Sequence[Word], style: CaptionStyle, language: str, max_columns: int) -> list[CaptionWord]:
    """The words as they are displayed, with what makes some of them stand out."""
    keep = partial(keep_drawable, families=list_families(style.font.family))
    emphasised = find_emphasis(words, language) if style.emphasis.fills else frozenset[int]()
    prepared = prepare_words(words, style, language, keep, max_columns, emphasised)
    return mark_words(prepared, style, language)


def _check_drawable(texts: Sequence[str], style: CaptionStyle, language: str) -> None:
    families = list_families(style.font.family)
    letters = "".join(c for text in texts for c in text if c.isalpha())
    drawable_letters = keep_drawable(letters, families)
    if not texts:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if len(drawable_letters) < len(letters) / 2 or not any(keep_drawable(text, families).strip() for text in texts):
        raise RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN, language=language)
