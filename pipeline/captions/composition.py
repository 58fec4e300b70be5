"""Composition of captions: words as laid out blocks, and the painter of all that is drawn on the frames of a film."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from models.captions.adjustments import adjust_style
from models.captions.fonts import list_families
from models.captions.placement import Anchor, CaptionPlacement, get_placements
from models.captions.style import CaptionStyle
from models.jobs.caption_styles import get_caption_style, placements_of
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Translation, Word
from pipeline.captions import layout_json
from pipeline.captions.avoidance.candidates import find_rows
from pipeline.captions.avoidance.pairs import move_aside
from pipeline.captions.avoidance.places import SMALLER_SCALE
from pipeline.captions.boxes import Box
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.editing.emoji_marks import (
    EmojiMark,
    EmojiMarks,
    Surroundings,
    expand_blocks,
    find_mark_rows,
    place_marks,
)
from pipeline.captions.editing.film_painter import FilmText, build_film_painter, find_title_text
from pipeline.captions.editing.progress_bar import reserve_space
from pipeline.captions.editing.punch_in import build_punch_in
from pipeline.captions.editing.title import TITLE_SECONDS, measure_title_rows
from pipeline.captions.editing.title_scene import TitleScene
from pipeline.captions.emphasis import find_emphasis, mark_words
from pipeline.captions.grouping import group_words
from pipeline.captions.layout import CaptionBlock, count_max_columns, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent, keep_drawable, measure_text
from pipeline.captions.translation_blocks import (
    derive_style,
    follow_positions,
    group_translation,
    limit_lines,
    place_blocks,
)
from pipeline.media.logo import build_logo
from pipeline.media.overlay import Overlay
from pipeline.media.transcode import Canvas, Painter
from pipeline.media.watermark import build_watermark
from pipeline.vision.film_faces import FilmFaces

FaceSearch = Callable[[tuple[int, int], tuple[float, float]], FilmFaces]
"""(frame size, rows where captions usually are) -> the faces of the film."""


def resolve_style(options: CaptionOptions) -> CaptionStyle:
    """The style with what is changed of it. Raises RequestRejected(USAGE) for an unknown one."""
    return adjust_style(options.custom_style or get_caption_style(options.style), options.adjustments)


def build_caption_painter(
    text: FilmText,
    options: CaptionOptions,
    canvas: Canvas,
    *,
    layout: Path | None = None,
    search_faces: FaceSearch | None = None,
) -> Painter:
    """The painter of the words, the lines of a translation below them, the logo behind both, what the options add to
    the film, and the watermark. Faces are searched once, where captions or the zoom need them.
    """
    style, size = resolve_style(options), (canvas.width, canvas.height)
    style = limit_lines(style) if text.translation else style
    blocks, lines, faces = _compose_beside_faces(text, options, style, size, search_faces)
    logos = build_logo(text.logo, options.logo, size, canvas.matrix)
    above = [build_watermark(options.watermark, *size)] if options.watermark else []
    fixed = [_find_box(each) for each in (*logos, *above)]
    around = Surroundings(find_place(style, size, options), size, lines, faces, fixed)
    marks = _place_marks(text, options, blocks, around)
    if layout:
        drawn = [*expand_blocks(blocks, marks), *lines]
        layout_json.write_layout(layout, sorted(drawn, key=lambda block: block.start), *size)
    zooms = [build_punch_in(text.words, text.language, canvas.seconds, faces)] if options.punch_in else []
    lower_language = text.translation.language if text.translation else text.language
    lower = CaptionPainter(lines, derive_style(style), canvas, lower_language, below=logos)
    painters: list[Painter] = [*zooms, lower, CaptionPainter(blocks, style, canvas, text.language)]
    painters += [EmojiMarks(marks, canvas)] if marks else []
    early = [block.box for block in (*blocks, *lines) if block.start < TITLE_SECONDS]
    scene = TitleScene([*early, *fixed], faces if style.avoid_faces else None)
    return build_film_painter(painters, options, style, text, canvas, above, scene)


def _compose_beside_faces(
    text: FilmText,
    options: CaptionOptions,
    style: CaptionStyle,
    size: tuple[int, int],
    search_faces: FaceSearch | None,
) -> tuple[list[CaptionBlock], list[CaptionBlock], FilmFaces | None]:
    """Captions and the lines below them, beside the faces of the film; and those faces, where they were searched."""
    place = find_place(style, size, options)
    blocks, lines = compose_text(text, style, size, place)
    if not (search_faces and blocks and (style.avoid_faces or options.punch_in or options.emoji)):
        return blocks, lines, None
    faces = search_faces(size, _find_rows([*blocks, *lines], text, options, style, size))
    if faces.tracks and style.avoid_faces:
        smaller = partial(compose_text, text, _shrink_letters(style), size, place)
        blocks, lines = move_aside(blocks, lines, smaller, faces, place, size)
    return blocks, lines, faces


def _find_rows(
    blocks: Sequence[CaptionBlock],
    text: FilmText,
    options: CaptionOptions,
    style: CaptionStyle,
    size: tuple[int, int],
) -> tuple[float, float]:
    """The rows between which captions are, and the title where there is one; shares of the height."""
    top, bottom = find_rows(blocks, size[1])
    rows = [(top - find_mark_rows(blocks, size[1]) if options.emoji else top, bottom)]
    if title := find_title_text(text, options):
        rows.append(measure_title_rows(title, style, size, text.language))
    return min(top for top, _ in rows), max(bottom for _, bottom in rows)


def _place_marks(
    text: FilmText, options: CaptionOptions, blocks: Sequence[CaptionBlock], around: Surroundings
) -> list[EmojiMark]:
    """The emoji above captions, where the options ask for them; none while a title is shown."""
    if not options.emoji:
        return []
    beside = replace(around, earliest=TITLE_SECONDS if options.title else 0.0)
    return place_marks(text.words, text.language, blocks, beside)


def _find_box(overlay: Overlay) -> Box:
    return Box(overlay.x, overlay.y, overlay.x + overlay.width, overlay.y + overlay.height)


def _shrink_letters(style: CaptionStyle) -> CaptionStyle:
    return style.model_copy(update={"font": style.font.resize(SMALLER_SCALE)})


def compose_text(
    text: FilmText, style: CaptionStyle, frame: tuple[int, int], place: CaptionPlacement
) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    """Captions, and the lines of a translation below them, where the style has them."""
    blocks = compose_blocks(text.words, style, frame, text.language, place)
    lines = compose_translation(text.translation, style, frame, blocks) if text.translation else []
    return place_blocks(blocks, lines, place, frame, _list_anchored_places(style, place, frame))


def find_place(style: CaptionStyle, size: tuple[int, int], options: CaptionOptions) -> CaptionPlacement:
    """The place of captions, with room for the progress bar where there is one."""
    place = interpolate_place(placements_of(style), *size)
    return reserve_space(place, size) if options.progress_bar else place


def compose_blocks(
    words: Sequence[Word],
    style: CaptionStyle,
    frame: tuple[int, int],
    language: str,
    place: CaptionPlacement | None = None,
) -> list[CaptionBlock]:
    """Lay out the words as caption blocks for a frame of (width, height) pixels, at the style's place or another."""
    families = list_families(style.font.family, language)
    place = place or interpolate_place(placements_of(style), *frame)
    words = drop_positions(words) if style.anchor else words
    groups = group_words(_prepare_words(words, style, language, count_max_columns(place, style, *frame)), style.group)

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    return lay_out_groups(groups, style, place, frame, measure, _list_anchored_places(style, place, frame))


def drop_positions(words: Sequence[Word]) -> list[Word]:
    """The words without where their subtitles stand: users' own choice of a place comes first."""
    return [word.model_copy(update={"anchor": None, "side": None}) for word in words]


def _list_anchored_places(
    style: CaptionStyle, place: CaptionPlacement, frame: tuple[int, int]
) -> dict[Anchor, CaptionPlacement]:
    """The place moved to each edge that subtitles may name."""
    anchors: tuple[Anchor, ...] = ("top", "middle")
    heights = {anchor: interpolate_place(get_placements(style.place, anchor), *frame).y for anchor in anchors}
    return {anchor: place.model_copy(update={"y": y}) for anchor, y in heights.items()}


def compose_translation(
    translation: Translation, style: CaptionStyle, frame: tuple[int, int], above: Sequence[CaptionBlock] = ()
) -> list[CaptionBlock]:
    """Lay out the lines of a translation as blocks in its derived style, where captions stand without one; at the side
    where the captions are that they are shown with.
    """
    lower_style, families = derive_style(style), list_families(style.font.family, translation.language)
    place = interpolate_place(placements_of(style), *frame)
    keep = partial(keep_drawable, families=families)
    groups = group_translation(translation, lower_style, keep, count_max_columns(place, lower_style, *frame))
    groups = follow_positions(groups, above)

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    return lay_out_groups(groups, lower_style, place, frame, measure)


def _prepare_words(words: Sequence[Word], style: CaptionStyle, language: str, max_columns: int) -> list[CaptionWord]:
    """The words as they are displayed, with what makes some of them stand out."""
    keep = partial(keep_drawable, families=list_families(style.font.family, language))
    emphasised = find_emphasis(words, language) if style.emphasis.fills else frozenset[int]()
    prepared = prepare_words(words, style, language, keep, max_columns, emphasised)
    return mark_words(prepared, style, language)
