"""Valid films of unusual containers, by what is unusual: their tracks, their times, their pictures."""

from fractions import Fraction
from pathlib import Path

from fakes import sample_containers, sample_files
from fakes.sample_containers import Track, steady_times


def write_tracks(folder: Path) -> list[Path]:
    """Several sounds, of which one is meant; a sound nobody decodes first; two pictures; fonts; subtitles."""
    film = sample_files.write_film(folder / "film.mp4", seconds=2)
    part = sample_files.write_film(folder / "part.mkv", seconds=2)
    flac, aac, opus = (
        sample_containers.write_tone(folder / f"{codec}.mkv", 300, codec=codec) for codec in ("flac", "aac", "libopus")
    )
    unknown = sample_containers.write_film_with_sounds(folder, "unknown.mkv", Track(flac, "audio"), Track(aac, "audio"))
    unknown.write_bytes(unknown.read_bytes().replace(b"A_FLAC", b"A_DTS\0"))
    return [
        sample_containers.write_film_with_sounds(
            folder, "second.mkv", Track(flac, "audio"), Track(aac, "audio", is_default=True)
        ),
        sample_containers.write_film_with_sounds(
            folder, "comment.mkv", Track(opus, "audio", is_comment=True), Track(aac, "audio")
        ),
        sample_containers.write_tracks(
            folder / "sounds.mp4", Track(film, "video"), Track(aac, "audio"), Track(film, "audio")
        ),
        sample_containers.write_tracks(
            folder / "pictures.mkv", Track(part, "video"), Track(part, "video", is_default=True), Track(part, "audio")
        ),
        sample_containers.write_tracks(
            folder / "fonts.mkv", Track(part, "video"), Track(part, "audio"), extra=sample_containers.attach_fonts(8)
        ),
        sample_containers.write_subtitled(folder / "subtitled.mkv", film, at=1),
        unknown,
    ]


def write_times(folder: Path) -> list[Path]:
    """Edit lists, joined recordings, reordered frames, tracks that run on, no duration, ticks of a browser's clock."""
    film = sample_files.write_film(folder / "whole.mp4", seconds=2)
    part = sample_files.write_film(folder / "part.ts")
    late = sample_files.write_film(folder / "punctual.mkv")
    return [
        sample_containers.write_tracks(
            folder / "edited.mp4", Track(film, "video", shift=-1), Track(film, "audio", shift=-1)
        ),
        sample_containers.write_joined(folder / "joined.ts", part, part),
        sample_containers.write_subtitled(folder / "subtitles.mkv", film, at=4),
        sample_containers.write_pictures(
            folder / "reordered.avi", steady_times(1), time_base=Fraction(1, 25), options={"bf": "3"}
        ),
        sample_containers.write_pictures(
            folder / "live.webm", steady_times(1), codec="libvpx", container_options={"live": "1"}
        ),
        sample_containers.write_pictures(folder / "ticks.webm", steady_times(1), codec="libvpx", promised_rate=1000),
        sample_containers.write_tracks(
            folder / "late.mkv", Track(late, "video", shift=9), Track(late, "audio", shift=9)
        ),
    ]


def write_pictures(folder: Path) -> list[Path]:
    """Few frames, one frame, sizes that change, fields, turned pictures, wide pixels, a stereo pair out of phase."""
    tone = sample_containers.write_tone(folder / "tone.m4a", 300, gains=(1, -1))
    still = sample_containers.write_pictures(folder / "still.mp4", [Fraction(0)])
    sizes = [(160, 120), (320, 240), (120, 160)]
    return [
        sample_containers.write_pictures(folder / "slides.mp4", steady_times(4, 1)),
        sample_containers.write_tracks(folder / "one.mp4", Track(still, "video"), Track(tone, "audio")),
        sample_containers.write_pictures(folder / "grows.webm", steady_times(1), sizes=sizes, codec="libvpx"),
        sample_containers.write_pictures(folder / "sizes.ts", steady_times(1), sizes=sizes),
        sample_containers.write_interlaced(folder / "fields.ts"),
        sample_containers.write_interlaced(folder / "fields.mkv"),
        sample_files.write_rotated_film(folder / "turned.mp4"),
        sample_files.write_film(folder / "wide.mp4", sar=Fraction(4, 3)),
    ]
