"""Options that commands share, and validation of them: known names, possible sizes, and writable folders."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from models.jobs.boards import load_boards
from models.jobs.caption_styles import load_caption_styles
from models.jobs.editing import MAX_TITLE_LENGTH
from models.jobs.film import EncodingOptions, X264Preset
from models.jobs.film_sizes import Aspect, Resolution
from models.jobs.finishes import load_finishes
from models.jobs.hands import NO_HAND, DrawingTool, load_hands, load_renamed_hands
from models.jobs.options import MAX_HOLD_SECONDS, NO_TRANSLATION, CaptionOptions, PenSound
from models.languages import load_languages
from models.limits import load_limits
from models.sketch.order_words import parse_list
from models.sketch.subjects import Subject
from pipeline import list_kinds

MIN_SIDE = 64  # pixels

PortOption = Annotated[int, typer.Option(min=0, max=65535)]
HostOption = Annotated[str, typer.Option(help="The page is for this machine alone unless another address is given.")]


def build_choice_check(names: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    """A callback that rejects all other names."""

    def check(name: str) -> str:
        known = list(names())
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}.")
        return name

    return check


def parse_language(language: str) -> str:
    """The code of a language given as "auto", a code such as "pt" or a name such as "portuguese"."""
    code = "auto" if language == "auto" else load_languages().find_code(language)
    if code is None:
        raise typer.BadParameter(f"{language!r} is no language we know; take auto, or a code such as pt.")
    return code


def parse_translation(language: str) -> str:
    """The code of a language to translate to; "off" for none."""
    return NO_TRANSLATION if language == NO_TRANSLATION else parse_language(language)


def parse_drawing_order(text: str) -> tuple[Subject, ...]:
    """Subjects by their names in any of the three languages. A thing without a name here is said, and left out."""
    requested = parse_list(text, "en")
    for thing in requested.unknown:
        typer.echo(f"note: {thing!r} is nothing that is found in pictures; the rest keeps its order", err=True)
    return requested.subjects


ASPECTS = get_args(Aspect)
RESOLUTIONS = get_args(Resolution)
SOUNDS = get_args(PenSound)
TOOLS = get_args(DrawingTool)


def parse_size(size: str) -> dict[str, Any]:
    """Options of the size of a film: width and height of "1280x720", the aspect of "9:16" or "auto"."""
    if size in ASPECTS:
        return {"aspect": size}
    width, cross, height = size.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and len(size) < 12):
        known = ", ".join(ASPECTS)
        raise typer.BadParameter(f"{size!r} is not of the form 1280x720, and none of {known}.", param_hint="size")
    shorter, longer = sorted((int(width), int(height)))
    film = load_limits().film
    if shorter < MIN_SIDE or longer > film.max_width or shorter > film.max_height:
        max_size = f"{film.max_width}x{film.max_height}"
        raise typer.BadParameter(f"a film has {MIN_SIDE}x{MIN_SIDE} to {max_size} pixels.", param_hint="size")
    return {"width": int(width), "height": int(height)}


def find_sound_file(sound: str) -> Path | None:
    """The file that is meant with a sound; None for one of the pen."""
    if sound in SOUNDS:
        return None
    path = Path(sound)
    if not path.is_file():
        raise typer.BadParameter(f"{sound!r} is no file, and none of {', '.join(SOUNDS)}.", param_hint="sound")
    return path


def parse_assignment(text: str) -> tuple[str, str]:
    """Name and value of "name=value"."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise typer.BadParameter(f"{text!r} is not of the form name=value.", param_hint="--set")
    return name, value


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Check that no output is an input, which it would replace, or another output, and that all can be written."""
    taken = {path.resolve() for path in inputs if path is not None}
    for path in filter(None, outputs):
        check_writable(path)
        if path.resolve() in taken or any(_is_same_file(path, other) for other in taken):
            raise typer.BadParameter(
                f"{str(path)!r} is read or written already; give another name.", param_hint="output"
            )
        taken.add(path.resolve())


def _is_same_file(path: Path, other: Path) -> bool:
    """Whether two names are links to one file, or differ in case where that does not matter."""
    return path.exists() and other.exists() and path.samefile(other)


def check_writable(path: Path | None) -> Path | None:
    """Check that a file can be written there, before long work begins."""
    if path is not None and path.is_dir():
        raise typer.BadParameter(f"{str(path)!r} is a folder.")
    if path is not None and path.exists() and not path.is_file():  # a device, whose mode would be changed, or a pipe
        raise typer.BadParameter(f"{str(path)!r} is no file.")
    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise typer.BadParameter(f"nothing can be written into the folder {str(path.parent)!r}.")
    return path


ENGINES = ("auto", "groq", "local")
ALBUMS = ("scenes", "side")
TRANSITIONS = ("eraser", "page", "slide")
SKETCH_LIMITS = load_limits().kinds["sketch"]


def _list_hands() -> list[str]:
    return [*load_hands(), NO_HAND, *load_renamed_hands()]


def list_kind_names() -> list[str]:
    return [kind.name for kind in list_kinds()]


SourceArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
PicturesArgument = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", callback=check_writable, help="Where the result goes.")
]
PresetOption = Annotated[X264Preset, typer.Option(help="x264 preset.")]
CrfOption = Annotated[int, typer.Option(min=0, max=51, help="x264 constant rate factor.")]
HandOption = Annotated[
    str, typer.Option(callback=build_choice_check(_list_hands), help="A name of `rabisco styles`, or none.")
]
FinishOption = Annotated[
    str, typer.Option(callback=build_choice_check(load_finishes), help="colour, marker, pencil or lines.")
]
BoardOption = Annotated[
    str, typer.Option(callback=build_choice_check(load_boards), help="white, paper, kraft, blackboard or green.")
]
ToolOption = Annotated[
    str, typer.Option(callback=build_choice_check(lambda: TOOLS), help="auto, or a tool of `rabisco styles`.")
]
OrderOption = Annotated[
    str, typer.Option("--order", help='What is drawn first and last, by name: "dog, house, the sky last".')
]
SizeOption = Annotated[str, typer.Option(help=f"WxH in pixels, up to 3840x2160, or {', '.join(ASPECTS)}.")]
ResolutionOption = Annotated[
    str, typer.Option(callback=build_choice_check(lambda: RESOLUTIONS), help="Lines in 16:9: auto, 720, 1080 or 2160.")
]
SoundOption = Annotated[
    str, typer.Option(help=f"{', '.join(SOUNDS)} (of the pen), or a sound file, as long as which the film is then.")
]
HoldOption = Annotated[
    float | None, typer.Option(min=0, max=MAX_HOLD_SECONDS, help="Seconds of the finished drawing, at most 60 %.")
]
AlbumOption = Annotated[
    str, typer.Option(callback=build_choice_check(lambda: ALBUMS), help="scenes, or side: on one board.")
]
TransitionOption = Annotated[
    str, typer.Option(callback=build_choice_check(lambda: TRANSITIONS), help="To the next board: eraser, page, slide.")
]
LoopOption = Annotated[bool, typer.Option("--loop", help="Wipe the board at the end: the film ends as it begins.")]
TrackOption = Annotated[
    Path | None, typer.Option(callback=check_writable, help="Write where the pen is in every frame.")
]
GifOption = Annotated[Path | None, typer.Option(callback=check_writable, help="Also as a GIF, of up to 8 MB.")]
StillOption = Annotated[Path | None, typer.Option(callback=check_writable, help="The finished drawing as PNG.")]
SvgOption = Annotated[Path | None, typer.Option(callback=check_writable, help="The lines of the drawing as SVG.")]
StyleOption = Annotated[
    str, typer.Option(callback=build_choice_check(load_caption_styles), help="A name of `rabisco styles`.")
]
EngineOption = Annotated[str, typer.Option(callback=build_choice_check(lambda: ENGINES), help="auto, groq or local.")]
LanguageOption = Annotated[str, typer.Option(callback=parse_language, help="auto, or a code such as pt.")]

TranslationOption = Annotated[
    str, typer.Option(callback=parse_translation, help="In another language: a code such as en, or off.")
]


BothOption = Annotated[bool, typer.Option("--both", help="The translation below what is said, not in place of it.")]
WordsOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="WORDS.json to show.")]
SubtitlesOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=".srt, .vtt or .ass.")]
CutPausesOption = Annotated[bool, typer.Option("--cut-pauses", help="Shorten long pauses, and cut out fillers.")]
PunchInOption = Annotated[bool, typer.Option("--punch-in", help="Zoom in on words that matter.")]
EmojiOption = Annotated[bool, typer.Option("--emoji", help="Emoji above words, two in ten seconds at most.")]
ProgressBarOption = Annotated[bool, typer.Option("--progress-bar", help="Show how much of the film is over.")]
EndCardOption = Annotated[str | None, typer.Option(help="Name on a card at the end.")]
SubtitleTrackOption = Annotated[bool, typer.Option("--subtitle-track", help="Also as subtitles to switch on.")]
MaskProfanityOption = Annotated[bool, typer.Option("--mask-profanity", help="Hide the letters of swear words.")]
LoudnessOption = Annotated[bool, typer.Option("--loudness", help="Bring the sound to -14 LUFS.")]
MaxBytesOption = Annotated[int | None, typer.Option(min=100_000, help="The result fits into so many bytes.")]
LayoutOption = Annotated[Path | None, typer.Option(callback=check_writable, help="Write where every word stands.")]


def check_title(title: str | None) -> str | None:
    """A title that there is room for."""
    if title is not None and len(title) > MAX_TITLE_LENGTH:
        raise typer.BadParameter(f"a title has at most {MAX_TITLE_LENGTH} characters, and that has {len(title)}.")
    return title


def check_written_title(title: str) -> str:
    """A title of a drawing that there is room for, and that has a letter or a digit."""
    limit = load_limits().film.max_title
    if len(title) > limit:
        raise typer.BadParameter(f"a title has at most {limit} characters, and that has {len(title)}.")
    if title and not any(map(str.isalnum, title)):
        raise typer.BadParameter("there is no letter and no digit in that title.")
    return title


WrittenTitleOption = Annotated[
    str, typer.Option("--title", callback=check_written_title, help="Words that the hand writes above the picture.")
]
TitleOption = Annotated[
    str | None,
    typer.Option(callback=check_title, help="Title over the first seconds; auto: what is said first."),
]


def build_caption_options(given: Mapping[str, Any], encoding: EncodingOptions) -> CaptionOptions:
    """Options of a caption job from those of the command: a title of None is off, an empty one is chosen."""
    values = {**given, "encoding": encoding}
    title, end_card = values.pop("title"), values.pop("end_card")
    values["translation_lines"] = "both" if values.pop("both") else "translated"
    titled = {"title": title is not None, "title_text": "" if title in {None, "auto"} else title}
    return CaptionOptions.model_validate({**values, **titled, "end_card": bool(end_card), "card_name": end_card or ""})
