"""Soundtrack of a drawing: a file that was given, or else the sound of the pen."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.finishing.sound_mux import add_sound
from pipeline.sketch.canvas import unit_for
from pipeline.sketch.hands.tools import choose_tool
from pipeline.sketch.scene_types import PenMotion
from pipeline.sketch.sound.pen_sound import FilmClock, build_pen_sound
from pipeline.sketch.sound.wav import write_wav


def add_soundtrack(film: Film, motions: Sequence[PenMotion], options: SketchOptions, sound: Path | None) -> Film:
    """Give a film the sound of a file, or else, where the options ask for it, that of the pen. Raises what `add_sound`
    raises.
    """
    if sound is None and options.sound == "none":
        return film
    add_sound(film.path, sound or _write_pen_sound(film, motions, options))
    return replace(film, size=film.path.stat().st_size)


def _write_pen_sound(film: Film, motions: Sequence[PenMotion], options: SketchOptions) -> Path:
    """Write the sound of the tool that draws, or of the one that the options name."""
    tool = choose_tool(options) if options.sound == "auto" else options.sound
    clock = FilmClock(options.fps, film.seconds, unit_for((film.width, film.height)))
    wav = film.path.with_suffix(".wav")
    write_wav(build_pen_sound(motions, tool, clock), wav)
    return wav
