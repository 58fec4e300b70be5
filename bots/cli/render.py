"""`rabisco sketch`, `caption`, `transcribe`, and `render` for any kind of job: from files to files, without a bot."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from bots.cli.console import show_progress
from bots.cli.options import (
    SKETCH_LIMITS,
    AlbumOption,
    BoardOption,
    BothOption,
    CrfOption,
    CutPausesOption,
    EmojiOption,
    EndCardOption,
    EngineOption,
    FinishOption,
    GifOption,
    HandOption,
    HoldOption,
    LanguageOption,
    LayoutOption,
    LoopOption,
    LoudnessOption,
    MaskProfanityOption,
    MaxBytesOption,
    OrderOption,
    OutputOption,
    PicturesArgument,
    PresetOption,
    ProgressBarOption,
    PunchInOption,
    ResolutionOption,
    SizeOption,
    SoundOption,
    SourceArgument,
    StillOption,
    StyleOption,
    SubtitlesOption,
    SubtitleTrackOption,
    SvgOption,
    TitleOption,
    ToolOption,
    TrackOption,
    TransitionOption,
    TranslationOption,
    WordsOption,
    WrittenTitleOption,
    build_caption_options,
    build_choice_check,
    check_outputs,
    check_writable,
    find_sound_file,
    list_kind_names,
    parse_assignment,
    parse_drawing_order,
    parse_size,
)
from models.jobs.film import EncodingOptions, X264Preset
from models.jobs.hands import DEFAULT_HAND
from models.jobs.options import ERASER, NO_TRANSLATION, CaptionOptions, JobOptions, SketchOptions, TranscriptOptions
from models.settings import Settings
from pipeline import (
    TRANSCRIPT_SUFFIXES,
    LocalRenderer,
    SandboxClient,
    create_local_renderer,
    format_transcript,
    get_kind,
    write_transcript,
)


@contextmanager
def open_renderer() -> Iterator[LocalRenderer]:
    """A renderer with this machine's settings."""
    with SandboxClient() as sandbox:
        yield create_local_renderer(Settings(), sandbox)


def sketch(
    images: PicturesArgument,
    output: OutputOption = None,
    seconds: Annotated[float, typer.Option(min=SKETCH_LIMITS.min_seconds, max=SKETCH_LIMITS.max_seconds)] = 10,
    fps: Annotated[int, typer.Option(min=10, max=60)] = 30,
    size: SizeOption = "auto",
    resolution: ResolutionOption = "auto",
    hand: HandOption = DEFAULT_HAND,
    tool: ToolOption = "auto",
    finish: FinishOption = "colour",
    board: BoardOption = "white",
    order: OrderOption = "",
    title: WrittenTitleOption = "",
    preset: PresetOption = X264Preset.VERYFAST,
    crf: CrfOption = 21,
    sound: SoundOption = "none",
    hold: HoldOption = None,
    loop: LoopOption = False,
    transition: TransitionOption = ERASER,
    album: AlbumOption = "scenes",
    gif: GifOption = None,
    still: StillOption = None,
    svg: SvgOption = None,
    track: TrackOption = None,
) -> None:
    """Draw a picture by hand on film, or several, as an album.

    Example: rabisco sketch photo.jpg -o drawing.mp4 --seconds 12 --hand dark-left
    """
    if len(images) > SKETCH_LIMITS.max_inputs:
        raise typer.BadParameter(f"a film has at most {SKETCH_LIMITS.max_inputs} pictures.", param_hint="images")
    sound_file = find_sound_file(sound)
    given: dict[str, Any] = {"seconds": seconds, "fps": fps, "resolution": resolution, **parse_size(size)}
    given |= {"hand": hand, "tool": tool, "finish": finish, "board": board, "title": title, "loop": loop}
    given |= {"sound": "none" if sound_file else sound, "hold": "auto" if hold is None else hold}
    given |= {"order": parse_drawing_order(order), "transition": transition, "album": album, "gif": gif is not None}
    options = SketchOptions.model_validate({**given, "encoding": EncodingOptions(preset=preset, crf=crf)})
    out = output or images[0].with_name(f"{images[0].stem}-sketch.mp4")
    asked = {"track": track, "gif": gif, "still": still, "svg": svg}
    extra_outputs = {name: path for name, path in asked.items() if path is not None}
    check_outputs((out, *extra_outputs.values()), (*images, sound_file))
    with open_renderer() as renderer, show_progress() as report:
        renderer.render(images, out, options, report, beside=sound_file, extra_outputs=extra_outputs)
    typer.echo(out)


def caption(
    video: SourceArgument,
    output: OutputOption = None,
    style: StyleOption = "classic",
    language: LanguageOption = "auto",
    words: WordsOption = None,
    subtitles: SubtitlesOption = None,
    engine: EngineOption = "auto",
    translate_to: TranslationOption = NO_TRANSLATION,
    cut_pauses: CutPausesOption = False,
    punch_in: PunchInOption = False,
    progress_bar: ProgressBarOption = False,
    emoji: EmojiOption = False,
    title: TitleOption = None,
    end_card: EndCardOption = None,
    both: BothOption = False,
    subtitle_track: SubtitleTrackOption = False,
    mask_profanity: MaskProfanityOption = False,
    loudness: LoudnessOption = False,
    preset: PresetOption = X264Preset.VERYFAST,
    crf: CrfOption = 21,
    max_bytes: MaxBytesOption = None,
    layout: LayoutOption = None,
) -> None:
    """Put animated captions on a video, word by word.

    Example: rabisco caption talk.mp4 -o captioned.mp4 --language pt
    """
    if words and subtitles:
        raise typer.BadParameter("give --words or --subtitles, not both.")
    given: dict[str, Any] = {"style": style, "language": language, "engine": engine, "translate_to": translate_to}
    given |= {"cut_pauses": cut_pauses, "punch_in": punch_in, "progress_bar": progress_bar, "both": both}
    given |= {"subtitle_track": subtitle_track, "normalise_loudness": loudness, "title": title, "end_card": end_card}
    given |= {"profanity": "mask" if mask_profanity else "keep", "emoji": emoji}
    options = build_caption_options(given, EncodingOptions(preset=preset, crf=crf, max_bytes=max_bytes))
    _render_captions(video, output, options, words or subtitles, layout)


def _render_captions(
    video: Path, output: Path | None, options: CaptionOptions, words_file: Path | None, layout: Path | None
) -> None:
    out = output or video.with_name(f"{video.stem}-captions.mp4")
    check_outputs((out, layout), (video, words_file))
    extra_outputs = {"layout": layout} if layout else None
    with open_renderer() as renderer, show_progress() as report:
        source_language = "und" if options.language == "auto" else options.language
        transcript = renderer.read_transcript(words_file, source_language) if words_file else None
        renderer.render(video, out, options, report, transcript=transcript, extra_outputs=extra_outputs)
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
    kind: Annotated[str, typer.Argument(callback=build_choice_check(list_kind_names), help="The name of a kind.")],
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
