"""Entry point of the sketch engine: renders pictures to a whiteboard film within a size limit."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models.errors import ErrorCode, ProcessingFailed
from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.bitrate import BitrateBudget, compute_budget, tighten_budget
from pipeline.media.encoding.change_hints import has_change_hints
from pipeline.media.pictures.picture import Picture
from pipeline.media.thumbnail import write_thumbnail
from pipeline.media.write import Mp4Writer
from pipeline.progress import ProgressCallback, throttle
from pipeline.sketch import canvas
from pipeline.sketch.encoder_options import build_options
from pipeline.sketch.painting.board import PenState
from pipeline.sketch.renderer import SketchRenderer


def make(
    pictures: Sequence[Picture],
    out: Path,
    options: SketchOptions,
    progress: ProgressCallback,
    *,
    track: Path | None = None,
    logo: Path | None = None,
) -> Film:
    """Draw pictures one after another into an MP4 of exactly `options.seconds`.

    Writes `out`, a JPEG thumbnail beside it, and the pen's track (JSON) to `track` if given; `logo` is the picture of
    `options.logo`. `progress` is called with the stages "planning" and "drawing". Raises `Failed(FILM_TOO_BIG)` if a
    second, tighter attempt exceeds `max_bytes`.
    """
    report = throttle(progress)
    size = canvas.choose_film_size(pictures, options)
    plan = compute_budget(size, options.seconds, 0, options.encoding)
    film = _render_attempt(pictures, out, options, plan, report, track, logo)
    limit = options.encoding.max_bytes
    if limit is not None and film.size > limit:
        film = _render_attempt(pictures, out, options, tighten_budget(plan, film.size, limit), report, track, logo)
        if film.size > limit:
            raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=limit / 1e6)
    report("drawing", 1.0)
    return film


def _render_attempt(
    pictures: Sequence[Picture],
    out: Path,
    options: SketchOptions,
    plan: BitrateBudget,
    report: ProgressCallback,
    track: Path | None,
    logo: Path | None,
) -> Film:
    """Render the whole film once within a bitrate budget, which may reduce its width and height."""
    renderer = SketchRenderer(options, (plan.width, plan.height), report, logo)
    holds = renderer.list_holds(len(pictures))
    encoder_options = build_options(plan.options, holds, has_change_hints=has_change_hints())
    with Mp4Writer(out, renderer.size, options.fps, encoder_options) as writer:
        pen_states, poster = renderer.render(pictures, writer)
    if track is not None:
        track.write_text(json.dumps(_build_track(pen_states, options.fps, renderer.size)))
    thumbnail_path = write_thumbnail(poster.to_rgb(), out.with_suffix(".jpg"))
    seconds = writer.frame_count / options.fps
    return Film(out, thumbnail_path, *renderer.size, seconds, writer.frame_count, out.stat().st_size)


def _build_track(pen_states: Sequence[PenState], fps: int, size: tuple[int, int]) -> dict[str, object]:
    return {"fps": fps, "width": size[0], "height": size[1], "frames": [asdict(pen_state) for pen_state in pen_states]}
