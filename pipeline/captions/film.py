"""Entry point of the caption engine: renders a video with its words as captions."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from models.captions.adjustments import adjust_style
from models.captions.fonts import list_families
from models.captions.placement import Anchor, CaptionPlacement, get_placements
from models.captions.style import CaptionStyle
from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.caption_styles import get_caption_style, placements_of
from models.jobs.options import CaptionOptions, Film
from models.jobs.transcript import Transcript, Translation, Word
from models.languages import load_languages
from models.media.facts import SOUND_NAME
from pipeline.captions import layout_json
from pipeline.captions.avoidance.candidates import find_rows
from pipeline.captions.avoidance.places import SMALLER_SCALE, avoid_faces
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.editing.cut_words import cut_lines
from pipeline.captions.editing.edit_planning import plan_edit
from pipeline.captions.editing.film_painter import FilmText, build_film_painter
from pipeline.captions.editing.progress_bar import reserve_space
from pipeline.captions.emphasis import find_emphasis, mark_words, mask_profanity
from pipeline.captions.grouping import group_words
from pipeline.captions.layout import CaptionBlock, count_max_columns, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent, keep_drawable, measure_text
from pipeline.captions.translation_blocks import derive_style, group_translation, limit_lines, place_blocks
from pipeline.media.editing.cut_list import CutList
from pipeline.media.finishing.film_finish import Finish, finish_film
from pipeline.media.finishing.subtitle_track import SubtitleCue
from pipeline.media.streams.source import read_film_start
from pipeline.media.transcode import Canvas, Painter, transcode
from pipeline.media.watermark import build_watermark
from pipeline.progress import ProgressCallback
from pipeline.speech.subtitles.writer import list_captions
from pipeline.vision.film_faces import FilmFaces, find_film_faces

FaceSearch = Callable[[tuple[int, int], tuple[float, float]], FilmFaces]
"""(frame size, rows where captions usually are) -> the faces of the film."""


def make(
    video: Path,
    words: Sequence[Word],
    out: Path,
    options: CaptionOptions,
    progress: ProgressCallback,
    *,
    language: str = "en",
    spoken: Transcript | None = None,
    layout: Path | None = None,
    translation: Translation | None = None,
    logo: Path | None = None,
) -> Film:
    """Write `out` (MP4), its thumbnail beside it (.jpg) and, if given, LAYOUT.json to `layout`. The lines of a
    translation stand below the words.

    Word times count from the start of the media (the earliest of its streams). `spoken` is what is said in the video,
    where `words` are a translation, `logo` a picture for the end card. Raises RequestRejected: NO_SPEECH if there are
    no words, SCRIPT_NOT_DRAWN if the fonts draw no word or under half of the letters; and what `transcode` raises.
    """
    style = adjust_style(get_caption_style(options.style), options.adjustments)
    _check_drawable([word.text for word in words], style, language)
    if translation:
        style = limit_lines(style)
        _check_drawable([line.text for line in translation.lines], style, translation.language)
    said = spoken or Transcript(language=language, words=tuple(words))
    edited = plan_edit(video, words, said, options, out.with_name(SOUND_NAME))
    shown = _mask_words(edited.words, language) if options.profanity == "mask" else edited.words
    moved = cut_lines(_mask_lines(translation, options), edited.edit.cuts) if translation else None

    def build_painter(canvas: Canvas) -> Painter:
        size = canvas.width, canvas.height
        place = _find_place(style, size, options)
        # two lines of two languages keep the place of the style: nothing moves them around faces together
        search_faces = None if moved else partial(_find_faces, video, edited.edit.cuts)
        blocks = compose_blocks(shown, style, size, language, place, search_faces)
        below = compose_translation(moved, style, size) if moved else []
        blocks, below = place_blocks(blocks, below, place, size)
        if layout:
            layout_json.write_layout(layout, sorted([*blocks, *below], key=lambda block: block.start), *size)
        above = [build_watermark(options.watermark, *size)] if options.watermark else []
        lower, upper = CaptionPainter(below, derive_style(style), canvas), CaptionPainter(blocks, style, canvas)
        text = FilmText(shown, language, logo)
        return build_film_painter([lower, upper], options, style, text, canvas, above)

    finish = _plan_finish(video, shown, options, language)
    encoding = options.encoding
    if encoding.max_bytes is not None:
        encoding = encoding.model_copy(update={"max_bytes": finish.reserve_bytes(encoding.max_bytes)})
    film = finish_film(transcode(video, out, build_painter, encoding, progress, edited.edit), finish)
    if options.encoding.max_bytes is not None and film.size > options.encoding.max_bytes:
        raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=round(options.encoding.max_bytes / 1e6, 1))
    return film


def _plan_finish(video: Path, words: Sequence[Word], options: CaptionOptions, language: str) -> Finish:
    """What is done to the film once its picture is encoded; times of words become those of the film."""
    cues: list[SubtitleCue] = []
    if options.subtitle_track:
        start = read_film_start(video)
        captions = list_captions(Transcript(language=language, words=tuple(words)))
        cues = [SubtitleCue(start + caption.start, start + caption.end, caption.text) for caption in captions]
    return Finish(cues, load_languages().to_alpha3(language), options.normalise_loudness)


def _find_place(style: CaptionStyle, size: tuple[int, int], options: CaptionOptions) -> CaptionPlacement:
    """The place of captions, with room for the progress bar where there is one."""
    place = interpolate_place(placements_of(style), *size)
    return reserve_space(place, size) if options.progress_bar else place


def _find_faces(video: Path, cuts: CutList, frame: tuple[int, int], rows: tuple[float, float]) -> FilmFaces:
    """The faces of a video at their times in the film."""
    return find_film_faces(video, frame, rows).map_times(cuts.map_seconds)


def compose_blocks(
    words: Sequence[Word],
    style: CaptionStyle,
    frame: tuple[int, int],
    language: str,
    place: CaptionPlacement | None = None,
    search_faces: FaceSearch | None = None,
) -> list[CaptionBlock]:
    """Lay out the words as caption blocks for a frame of (width, height) pixels, at the style's place or another,
    beside the faces that are found."""
    families = list_families(style.font.family)
    place = place or interpolate_place(placements_of(style), *frame)
    groups = group_words(_prepare_words(words, style, language, count_max_columns(place, *frame)), style.group)

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    anchored = {} if style.anchor else _list_anchored_places(style, frame)
    blocks = lay_out_groups(groups, style, place, frame, measure, anchored)
    if search_faces is None or not style.avoid_faces or not blocks:
        return blocks
    smaller = style.model_copy(update={"font": style.font.resize(SMALLER_SCALE)})
    lay_out_smaller = partial(lay_out_groups, groups, smaller, place, frame, measure, anchored)
    faces = search_faces(frame, find_rows(blocks, frame[1]))
    return avoid_faces(blocks, lay_out_smaller, faces, place, frame) if faces.tracks else blocks


def _list_anchored_places(style: CaptionStyle, frame: tuple[int, int]) -> dict[Anchor, CaptionPlacement]:
    """The style's place moved to each edge that subtitles may name."""
    anchors: tuple[Anchor, ...] = ("top", "middle")
    return {anchor: interpolate_place(get_placements(style.place, anchor), *frame) for anchor in anchors}


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


def _mask_words(words: Sequence[Word], language: str) -> list[Word]:
    return [word.model_copy(update={"text": mask_profanity(word.text, language)}) for word in words]


def _check_drawable(texts: Sequence[str], style: CaptionStyle, language: str) -> None:
    families = list_families(style.font.family)
    letters = "".join(c for text in texts for c in text if c.isalpha())
    drawable_letters = keep_drawable(letters, families)
    if not texts:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if len(drawable_letters) < len(letters) / 2 or not any(keep_drawable(text, families).strip() for text in texts):
        raise RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN, language=language)
