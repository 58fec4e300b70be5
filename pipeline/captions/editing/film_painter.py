"""Painter of a film with captions and what is drawn beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.captions.style import CaptionStyle
from models.jobs.caption_styles import placements_of
from models.jobs.editing import EditingOptions
from models.jobs.transcript import Translation, Word
from pipeline.captions.editing.end_card import CardContent, EndCard, build_end_card
from pipeline.captions.editing.progress_bar import ProgressBar, find_bar_box
from pipeline.captions.editing.title import build_title, choose_title
from pipeline.captions.editing.title_scene import EMPTY_SCENE, TitleScene
from pipeline.captions.layout import interpolate_place
from pipeline.media.editing.layers import Layer
from pipeline.media.transcode import Canvas, Painter


@dataclass(frozen=True, slots=True)
class FilmText:
    """What is said in a film, as it is shown, the logo of who says it, and its translation."""

    words: Sequence[Word]
    language: str
    logo: Path | None = None
    translation: Translation | None = None


def find_title_text(text: FilmText, options: EditingOptions) -> str:
    """What the title of a film says: what the options have, or what is said first; nothing where there is none."""
    return (options.title_text.strip() or choose_title(text.words, text.language)) if options.title else ""


class FilmPainter:
    """All layers of a frame: what changes the picture, the captions, what lies over them, and the card at the end."""

    def __init__(self, painters: Sequence[Painter], end: float, card: EndCard | None, above: Sequence[Layer]) -> None:
        self._painters = painters
        self._end = end
        self._card = card
        self._above = above

    def __call__(self, seconds: float) -> list[Layer]:
        if self._card and seconds >= self._end:
            return [*self._card(seconds - self._end), *self._above]
        return [layer for paint in self._painters for layer in paint(seconds)] + list(self._above)


def build_film_painter(
    painters: Sequence[Painter],
    options: EditingOptions,
    style: CaptionStyle,
    text: FilmText,
    canvas: Canvas,
    above: Sequence[Layer],
    scene: TitleScene = EMPTY_SCENE,
) -> FilmPainter:
    """The painter of the captions, and of what the options ask for above them. Raises what reading the logo raises."""
    size = canvas.width, canvas.height
    safe = interpolate_place(placements_of(style), *size).safe
    painters = [*painters]
    if options.progress_bar:
        painters.append(ProgressBar(style, safe, canvas))
        scene = replace(scene, boxes=[*scene.boxes, find_bar_box(safe, size)])
    title = find_title_text(text, options)
    if title and (painter := build_title(title, style, canvas, text.language, scene)):
        painters.append(painter)
    content = CardContent(options.card_name, text.logo)
    card = build_end_card(content, style, canvas, text.language) if options.end_card else None
    return FilmPainter(painters, canvas.seconds, card, above)
