"""`rabisco sketch`, `caption` and `transcribe`: films from files, without a bot."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.options import one_of, pixels, spoken, written
from bots.cli.screen import progress_bar
from models.caption_styles import caption_styles
from models.films import CaptionOptions, Encoding, Preset, SketchOptions
from models.hands import NO_HAND, hands
from models.settings import Settings
from pipeline.child import Children
from pipeline.hearing import Hearing, speech_service
from pipeline.studio import WORDS_FORMATS, Studio, write_words

ENGINES = ("auto", "groq", "local")
FINISHES = ("colour", "lines")


def _hands() -> list[str]:
    return [*hands(), NO_HAND]


Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Out = Annotated[Path | None, typer.Option("-o", "--output", callback=written, help="Where the result goes.")]
PresetOption = Annotated[Preset, typer.Option(help="x264 preset.")]
Crf = Annotated[int, typer.Option(min=0, max=51, help="x264 constant rate factor.")]
Engine = Annotated[str, typer.Option(callback=one_of(lambda: ENGINES), help="auto, groq or local.")]
Language = Annotated[str, typer.Option(callback=spoken, help="auto, or a code such as pt.")]


@contextmanager
def studio() -> Iterator[Studio]:
    """A studio with this machine's settings."""
    settings = Settings()
    key = settings.groq_api_key.get_secret_value() if settings.groq_api_key else None
    with Children() as children:
        yield Studio(children, Hearing(speech_service(key, settings.groq_base_url)))


def sketch(
    image: Source,
    output: Out = None,
    seconds: Annotated[float, typer.Option(min=3, max=60)] = 10,
    fps: Annotated[int, typer.Option(min=10, max=60)] = 30,
    size: Annotated[str, typer.Option(help="WxH in pixels, or auto.")] = "auto",
    hand: Annotated[str, typer.Option(callback=one_of(_hands), help="A name of `rabisco styles`, or none.")] = "marker",
    finish: Annotated[str, typer.Option(callback=one_of(lambda: FINISHES), help="colour or lines.")] = "colour",
    preset: PresetOption = Preset.VERYFAST,
    crf: Crf = 21,
    track: Annotated[Path | None, typer.Option(callback=written, help="Write where the pen is in every frame.")] = None,
) -> None:
    """Draw a picture by hand on film.

    Example: rabisco sketch photo.jpg -o drawing.mp4 --seconds 12 --hand left
    """
    width, height = pixels(size)
    options = SketchOptions.model_validate(
        {
            "seconds": seconds,
            "fps": fps,
            "width": width,
            "height": height,
            "hand": hand,
            "finish": finish,
            "encoding": Encoding(preset=preset, crf=crf),
        }
    )
    out = output or image.with_name(f"{image.stem}-sketch.mp4")
    with studio() as works, progress_bar() as tell:
        works.sketch(image, out, options, tell, track=track)
    typer.echo(out)


def caption(
    video: Source,
    output: Out = None,
    style: Annotated[
        str, typer.Option(callback=one_of(caption_styles), help="A name of `rabisco styles`.")
    ] = "classic",
    language: Language = "auto",
    words: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="WORDS.json to show.")] = None,
    subtitles: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=".srt, .vtt or .ass.")] = None,
    engine: Engine = "auto",
    preset: PresetOption = Preset.VERYFAST,
    crf: Crf = 21,
    max_bytes: Annotated[int | None, typer.Option(min=100_000, help="The result fits into so many bytes.")] = None,
    layout: Annotated[Path | None, typer.Option(callback=written, help="Write where every word stands.")] = None,
) -> None:
    """Put animated captions on a video, word by word.

    Example: rabisco caption talk.mp4 -o captioned.mp4 --language pt
    """
    if words and subtitles:
        raise typer.BadParameter("give --words or --subtitles, not both.")
    options = CaptionOptions.model_validate(
        {
            "style": style,
            "language": language,
            "engine": engine,
            "encoding": Encoding(preset=preset, crf=crf, max_bytes=max_bytes),
        }
    )
    out = output or video.with_name(f"{video.stem}-captions.mp4")
    given = words or subtitles
    with studio() as works, progress_bar() as tell:
        spoken = "und" if language == "auto" else language
        transcript = works.read_words(given, spoken) if given else None
        works.caption(video, out, options, tell, transcript=transcript, layout=layout)
    typer.echo(out)


def transcribe(
    media: Source,
    output: Out = None,
    language: Language = "auto",
    engine: Engine = "auto",
) -> None:
    """Write down what is said, with the time of every word: .json, .srt, .vtt, .ass or .txt.

    Example: rabisco transcribe talk.mp4 -o talk.srt
    """
    if output is not None and output.suffix.lower() not in WORDS_FORMATS:
        raise typer.BadParameter(f"the result is one of {', '.join(WORDS_FORMATS)}.", param_hint="output")
    options = CaptionOptions.model_validate({"language": language, "engine": engine})
    with studio() as works, progress_bar() as tell:
        transcript = works.transcribe(media, options, tell)
    if output is None:
        sys.stdout.write(transcript.text + "\n")
    else:
        write_words(transcript, output)
        typer.echo(output)


def register(app: typer.Typer) -> None:
    for command in (sketch, caption, transcribe):
        app.command()(command)
