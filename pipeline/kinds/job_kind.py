"""Definition of a kind of job, as data: everything else in the product asks here instead of comparing names."""

from dataclasses import dataclass

from models.jobs.options import JobOptions
from models.limits import KindLimits
from models.media.facts import MediaKind


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """A file that a job makes: its name, which is unique within the kind, and its media kind. One that is optional is
    made where the job's options ask for it.
    """

    name: str
    media_kind: MediaKind
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class ResultButton:
    """A button under the result: the action it asks for, and the output that is meant, if it is about one, without
    which there is no button.
    """

    action: str
    output: str = ""
    begins_row: bool = False

    @property
    def label_key(self) -> str:
        return f"choice-{self.output or self.action}"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A button under the result that makes something of another kind from the same input, about that result."""

    kind: str

    @property
    def label_key(self) -> str:
        return f"choice-{self.kind}"


AGAIN_BUTTON = ResultButton("again")
FILE_BUTTON = ResultButton("file")
EDIT_BUTTON = ResultButton("edit")
CORRECT_BUTTON = ResultButton("correct", begins_row=True)
ORDER_BUTTON = ResultButton("order", begins_row=True)
SUBTITLES_BUTTON = ResultButton("subtitles", begins_row=True)

SUBTITLE_FORMATS = ("srt", "vtt", "ass")
"""Names of the outputs that are subtitles, and their formats."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    `name` is stored with each job and is the prefix of the kind's text keys. `run` is the dotted name of a `RunJob`
    function, `package.module:function`: a process that only submits jobs never loads an engine. `outputs` are all files
    a job makes, the result itself first. `stages` are the steps shown while it runs, in order. Its price is in
    `catalogue.toml`. One file of the media kinds `accepts_beside` may come with the inputs. With `needs_only_words` the
    inputs are not opened where their words are known.
    """

    name: str
    options: type[JobOptions]
    accepts: frozenset[MediaKind]
    stages: tuple[str, ...]
    run: str
    outputs: tuple[OutputSpec, ...]
    limits: KindLimits
    icon: str
    buttons: tuple[ResultButton, ...] = (AGAIN_BUTTON, FILE_BUTTON)
    follow_ups: tuple[FollowUp, ...] = ()
    accepts_beside: frozenset[MediaKind] = frozenset()
    takes_subtitles: bool = False  # whether the user's own subtitles can stand in for a transcript
    needs_chat_model: bool = False
    needs_only_words: bool = False

    @property
    def result(self) -> OutputSpec:
        """The output that is sent to the user."""
        return self.outputs[0]
