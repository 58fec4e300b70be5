"""Entry point of the sketch engine: renders pictures to a whiteboard film within a size limit."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import ErrorCode, ProcessingFailed
from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.bitrate import BitrateBudget, compute_budget, tighten_budget
from pipeline.media.encoding.change_hints import has_change_hints
from pipeline.media.pictures.picture import Picture
from pipeline.media.soundtrack import BIT_RATE
from pipeline.media.thumbnail import write_thumbnail
from pipeline.media.write import Mp4Writer
from pipeline.progress import ProgressCallback, throttle
from pipeline.sketch import canvas
from pipeline.sketch.encoder_options import build_options
from pipeline.sketch.outputs.extra_files import ExtraFiles
from pipeline.sketch.renderer import SketchRenderer
from pipeline.sketch.scene_types import Rendering
from pipeline.sketch.sound.soundtrack import add_soundtrack


def make(
    pictures: Sequence[Picture],
    out: Path,
    options: SketchOptions,
    progress: ProgressCallback,
    *,
    logo: Path | None = None,
    sound: Path | None = None,
    extras: ExtraFiles = ExtraFiles(),  # noqa: B008 - frozen
) -> Film:
    """Draw pictures one after another into an MP4 of exactly `options.seconds`.

    Writes `out`, a JPEG thumbnail beside it, and the `extras`; `logo` is the picture of `options.logo`, `sound` a file
    that is heard in place of the pen. `progress` is called with the stages "planning" and "drawing". Raises
    `Failed(FILM_TOO_BIG)` if a second, tighter attempt exceeds `max_bytes`, and what `add_sound` raises.
    """
    report = throttle(progress)
    size = canvas.choose_film_size(pictures, options)
    has_sound = sound is not None or options.sound != "none"
    plan = compute_budget(size, options.seconds, BIT_RATE if has_sound else 0, options.encoding)
    film, rendering = _render_attempt(pictures, out, options, plan, report, logo, sound)
    limit = options.encoding.max_bytes
    if limit is not None and film.size > limit:
        plan = tighten_budget(plan, film.size, limit)
        film, rendering = _render_attempt(pictures, out, options, plan, report, logo, sound)
        if film.size > limit:
            raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=limit / 1e6)
    extras.write(out, options.fps, (film.width, film.height), rendering, options.watermark)
    report("drawing", 1.0)
    return film


def _render_attempt(
    pictures: Sequence[Picture],
    out: Path,
    options: SketchOptions,
    plan: BitrateBudget,
    report: ProgressCallback,
    logo: Path | None,
    sound: Path | None,
) -> tuple[Film, Rendering]:
    """Render the whole film once within a bitrate budget, which may reduce its width and height."""
    renderer = SketchRenderer(options, (plan.width, plan.height), report, logo)
    holds = renderer.list_holds(len(pictures))
    encoder_options = build_options(plan.options, holds, has_change_hints=has_change_hints())
    with Mp4Writer(out, renderer.size, options.fps, encoder_options) as writer:
        rendering = renderer.render(pictures, writer)
    thumbnail_path = write_thumbnail(rendering.poster.to_rgb(), out.with_suffix(".jpg"))
    seconds = writer.frame_count / options.fps
    film = Film(out, thumbnail_path, *renderer.size, seconds, writer.frame_count, out.stat().st_size)
    return add_soundtrack(film, rendering.motions, options, sound), rendering
