"""`rabisco sketch`, `caption`, `transcribe`, and `render` for any kind of job: from files to files, without a bot."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.console import show_progress
from bots.cli.options import (
    build_choice_check,
    check_outputs,
    check_writable,
    parse_assignment,
    parse_language,
    parse_size,
    parse_translation,
)
from models.jobs.caption_styles import load_caption_styles
from models.jobs.hands import NO_HAND, load_hands
from models.jobs.options import (
    NO_TRANSLATION,
    CaptionOptions,
    EncodingOptions,
    JobOptions,
    SketchOptions,
    TranscriptOptions,
    X264Preset,
)
from models.limits import load_limits
from models.settings import Settings
from pipeline import (
    TRANSCRIPT_SUFFIXES,
    LocalRenderer,
    SandboxClient,
    create_local_renderer,
    format_transcript,
    get_kind,
    list_kinds,
    write_transcript,
)

ENGINES = ("auto", "groq", "local")
FINISHES = ("colour", "lines")
SKETCH_LIMITS = load_limits().kinds["sketch"]


def _list_hands() -> list[str]:
    return [*load_hands(), NO_HAND]


def _list_kind_names() -> list[str]:
    return [kind.name for kind in list_kinds()]


SourceArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", callback=check_writable, help="Where the result goes.")
]
PresetOption = Annotated[X264Preset, typer.Option(help="x264 preset.")]
CrfOption = Annotated[int, typer.Option(min=0, max=51, help="x264 constant rate factor.")]
HandOption = Annotated[
    str, typer.Option(callback=build_choice_check(_list_hands), help="A name of `rabisco styles`, or none.")
]
FinishOption = Annotated[str, typer.Option(callback=build_choice_check(lambda: FINISHES), help="colour or lines.")]
StyleOption = Annotated[
    str, typer.Option(callback=build_choice_check(load_caption_styles), help="A name of `rabisco styles`.")
]
EngineOption = Annotated[str, typer.Option(callback=build_choice_check(lambda: ENGINES), help="auto, groq or local.")]
LanguageOption = Annotated[str, typer.Option(callback=parse_language, help="auto, or a code such as pt.")]

TranslationOption = Annotated[
    str, typer.Option(callback=parse_translation, help="In another language: a code such as en, or off.")
]


BothOption = Annotated[bool, typer.Option("--both", help="The translation below what is said, not in place of it.")]


@contextmanager
def open_renderer() -> Iterator[LocalRenderer]:
    """A renderer with this machine's settings."""
    with SandboxClient() as sandbox:
        yield create_local_renderer(Settings(), sandbox)


def sketch(
    image: SourceArgument,
    output: OutputOption = None,
    seconds: Annotated[float, typer.Option(min=SKETCH_LIMITS.min_seconds, max=SKETCH_LIMITS.max_seconds)] = 10,
    fps: Annotated[int, typer.Option(min=10, max=60)] = 30,
    size: Annotated[str, typer.Option(help="WxH in pixels, or auto.")] = "auto",
    hand: HandOption = "marker",
    finish: FinishOption = "colour",
    preset: PresetOption = X264Preset.VERYFAST,
    crf: CrfOption = 21,
    track: Annotated[
        Path | None, typer.Option(callback=check_writable, help="Write where the pen is in every frame.")
    ] = None,
) -> None:
    """Draw a picture by hand on film.

    Example: rabisco sketch photo.jpg -o drawing.mp4 --seconds 12 --hand left
    """
    width, height = parse_size(size)
    options = SketchOptions.model_validate(
        {
            "seconds": seconds,
            "fps": fps,
            "width": width,
            "height": height,
            "hand": hand,
            "finish": finish,
            "encoding": EncodingOptions(preset=preset, crf=crf),
        }
    )
    out = output or image.with_name(f"{image.stem}-sketch.mp4")
    check_outputs((out, track), (image,))
    with open_renderer() as renderer, show_progress() as report:
        renderer.render(image, out, options, report, extra_outputs={"track": track} if track else None)
    typer.echo(out)


def caption(
    video: SourceArgument,
    output: OutputOption = None,
    style: StyleOption = "classic",
    language: LanguageOption = "auto",
    words: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="WORDS.json to show.")] = None,
    subtitles: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=".srt, .vtt or .ass.")] = None,
    engine: EngineOption = "auto",
    translate_to: TranslationOption = NO_TRANSLATION,
    cut_pauses: Annotated[bool, typer.Option("--cut-pauses", help="Shorten long pauses, and cut out fillers.")] = False,
    punch_in: Annotated[bool, typer.Option("--punch-in", help="Zoom in on words that matter.")] = False,
    progress_bar: Annotated[bool, typer.Option("--progress-bar", help="Show how much of the film is over.")] = False,
    emoji: Annotated[bool, typer.Option("--emoji", help="Emoji above words, two in ten seconds at most.")] = False,
    title: Annotated[str | None, typer.Option(help="Title over the first seconds; auto: what is said first.")] = None,
    end_card: Annotated[str | None, typer.Option(help="Name on a card at the end.")] = None,
    both: BothOption = False,
    subtitle_track: Annotated[bool, typer.Option("--subtitle-track", help="Also as subtitles to switch on.")] = False,
    loudness: Annotated[bool, typer.Option("--loudness", help="Bring the sound to -14 LUFS.")] = False,
    preset: PresetOption = X264Preset.VERYFAST,
    crf: CrfOption = 21,
    max_bytes: Annotated[int | None, typer.Option(min=100_000, help="The result fits into so many bytes.")] = None,
    layout: Annotated[Path | None, typer.Option(callback=check_writable, help="Write where every word stands.")] = None,
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
            "translate_to": translate_to,
            "cut_pauses": cut_pauses,
            "punch_in": punch_in,
            "progress_bar": progress_bar,
            "emoji": emoji,
            **_build_title_options(title),
            "end_card": bool(end_card),
            "card_name": end_card or "",
            "translation_lines": "both" if both else "translated",
            "subtitle_track": subtitle_track,
            "normalise_loudness": loudness,
            "encoding": EncodingOptions(preset=preset, crf=crf, max_bytes=max_bytes),
        }
    )
    out = output or video.with_name(f"{video.stem}-captions.mp4")
    words_file = words or subtitles
    check_outputs((out, layout), (video, words_file))
    with open_renderer() as renderer, show_progress() as report:
        source_language = "und" if language == "auto" else language
        transcript = renderer.read_transcript(words_file, source_language) if words_file else None
        renderer.render(
            video, out, options, report, transcript=transcript, extra_outputs={"layout": layout} if layout else None
        )
    typer.echo(out)


def transcribe(
    media: SourceArgument,
    output: OutputOption = None,
    language: LanguageOption = "auto",
    engine: EngineOption = "auto",
    translate_to: TranslationOption = NO_TRANSLATION,
    both: BothOption = False,
) -> None:
    """Write down what is said, with the time of every word: .json, .srt, .vtt, .ass or .txt.

    Example: rabisco transcribe talk.mp4 -o talk.srt
    """
    if output is not None and output.suffix.lower() not in TRANSCRIPT_SUFFIXES:
        raise typer.BadParameter(f"the result is one of {', '.join(TRANSCRIPT_SUFFIXES)}.", param_hint="output")
    check_outputs((output,), (media,))
    values = {"language": language, "engine": engine, "translate_to": translate_to}
    options = TranscriptOptions.model_validate(values | {"translation_lines": "both" if both else "translated"})
    with open_renderer() as renderer, show_progress() as report:
        result = renderer.render(media, None, options, report)
    transcript = result.translation or result.transcript
    assert transcript is not None  # noqa: S101 - the kind always has one
    if output is not None:
        write_transcript(transcript, output, result.lines_below)
        typer.echo(output)
    elif result.lines_below:
        sys.stdout.write(format_transcript(transcript, ".txt", result.lines_below))
    else:
        sys.stdout.write(transcript.text + "\n")


def render(
    kind: Annotated[str, typer.Argument(callback=build_choice_check(_list_kind_names), help="The name of a kind.")],
    source: SourceArgument,
    output: Annotated[Path, typer.Option("-o", "--output", callback=check_writable, help="Where the result goes.")],
    option: Annotated[
        list[str], typer.Option("--set", metavar="NAME=VALUE", help="An option of the kind; may be repeated.")
    ] = [],  # noqa: B006 - typer reads it, nothing changes it
) -> None:
    """Run a job of any kind, those of plug-ins too, and keep its result.

    Example: rabisco render sketch photo.jpg -o drawing.mp4 --set seconds=12
    """
    check_outputs((output,), (source,))
    options = _parse_options(get_kind(kind).options, option)
    with open_renderer() as renderer, show_progress() as report:
        renderer.render(source, output, options, report)
    typer.echo(output)


def _build_title_options(title: str | None) -> dict[str, object]:
    return {"title": title is not None, "title_text": "" if title in {None, "auto"} else title}


def _parse_options(options: type[JobOptions], assignments: Iterable[str]) -> JobOptions:
    """Options from "name=value". Raises pydantic's ValidationError for impossible values."""
    values = dict(map(parse_assignment, assignments))
    for name in values:
        if name not in options.model_fields:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(options.model_fields)}.", param_hint="--set")
    return options.model_validate(values)


def register(app: typer.Typer) -> None:
    for command in (sketch, caption, transcribe, render):
        app.command()(command)
