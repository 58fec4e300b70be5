"""Entry point of the sketch engine: renders pictures to a whiteboard film within a size limit."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models.errors import Code, Failed
from models.films import Film, SketchOptions
from pipeline.media.budget import Budget, budget, tighter
from pipeline.media.thumbnail import thumbnail
from pipeline.media.write import Mp4Writer
from pipeline.progress import Progress, throttled
from pipeline.sketch import canvas
from pipeline.sketch.arrays import Image
from pipeline.sketch.board import Moment
from pipeline.sketch.shoot import Shoot


def make(
    pictures: Sequence[Image], out: Path, options: SketchOptions, progress: Progress, *, track: Path | None = None
) -> Film:
    """Draw RGB pictures (height x width x 3) one after another into an MP4 of exactly `options.seconds`.

    Writes `out`, a JPEG thumbnail beside it, and the pen's track (JSON) to `track` if given. `progress` is called with
    the stages "planning" and "drawing". Raises `Failed(FILM_TOO_BIG)` if a second, tighter attempt exceeds `max_bytes`.
    """
    report = throttled(progress)
    size = canvas.film_size(pictures, options)
    first = budget(size, options.seconds, 0, options.encoding)
    film = _attempt(pictures, out, options, first, report, track)
    limit = options.encoding.max_bytes
    if limit is not None and film.size > limit:
        film = _attempt(pictures, out, options, tighter(first, film.size, limit), report, track)
        if film.size > limit:
            raise Failed(Code.FILM_TOO_BIG, limit=limit / 1e6)
    report("drawing", 1.0)
    return film


def _attempt(
    pictures: Sequence[Image], out: Path, options: SketchOptions, plan: Budget, report: Progress, track: Path | None
) -> Film:
    """Render the whole film once within a bitrate budget, which may reduce its width and height."""
    shoot = Shoot(options, (plan.width, plan.height), report)
    with Mp4Writer(out, shoot.size, options.fps, plan.options | _zones(shoot.holds(len(pictures)))) as writer:
        moments, poster = shoot.play(pictures, writer)
    if track is not None:
        track.write_text(json.dumps(_track(moments, options.fps, shoot.size)))
    still = thumbnail(poster.to_rgb(), out.with_suffix(".jpg"))
    seconds = writer.frames / options.fps
    return Film(out, still, *shoot.size, seconds, writer.frames, out.stat().st_size)


def _zones(holds: Sequence[tuple[int, int]]) -> dict[str, str]:
    """x264's zones: frames held on the finished picture get three times the bits, cheap as nothing moves in them."""
    return {"x264-params": "zones=" + "/".join(f"{first},{last},b=3" for first, last in holds)}


def _track(moments: Sequence[Moment], fps: int, size: tuple[int, int]) -> dict[str, object]:
    return {"fps": fps, "width": size[0], "height": size[1], "frames": [asdict(moment) for moment in moments]}
