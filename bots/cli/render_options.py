"""Options of the commands that render, as types and as options of jobs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bots.cli.options import build_choice_check, check_writable, parse_language, parse_translation
from models.jobs.caption_styles import load_caption_styles
from models.jobs.editing import MAX_TITLE_LENGTH
from models.jobs.hands import NO_HAND, load_hands
from models.jobs.options import CaptionOptions, EncodingOptions, X264Preset
from models.limits import load_limits
from pipeline import list_kinds

ENGINES = ("auto", "groq", "local")
FINISHES = ("colour", "lines")
SKETCH_LIMITS = load_limits().kinds["sketch"]


def _list_hands() -> list[str]:
    return [*load_hands(), NO_HAND]


def list_kind_names() -> list[str]:
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
WordsOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="WORDS.json to show.")]
SubtitlesOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=".srt, .vtt or .ass.")]
CutPausesOption = Annotated[bool, typer.Option("--cut-pauses", help="Shorten long pauses, and cut out fillers.")]
PunchInOption = Annotated[bool, typer.Option("--punch-in", help="Zoom in on words that matter.")]
ProgressBarOption = Annotated[bool, typer.Option("--progress-bar", help="Show how much of the film is over.")]
EndCardOption = Annotated[str | None, typer.Option(help="Name on a card at the end.")]
SubtitleTrackOption = Annotated[bool, typer.Option("--subtitle-track", help="Also as subtitles to switch on.")]
LoudnessOption = Annotated[bool, typer.Option("--loudness", help="Bring the sound to -14 LUFS.")]
MaxBytesOption = Annotated[int | None, typer.Option(min=100_000, help="The result fits into so many bytes.")]
LayoutOption = Annotated[Path | None, typer.Option(callback=check_writable, help="Write where every word stands.")]


def check_title(title: str | None) -> str | None:
    """A title that there is room for."""
    if title is not None and len(title) > MAX_TITLE_LENGTH:
        raise typer.BadParameter(f"a title has at most {MAX_TITLE_LENGTH} characters, and that has {len(title)}.")
    return title


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
