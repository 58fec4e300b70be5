"""Subjects of a drawing: what can be drawn first or last, by name or by its place in the picture."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.limits import load_limits

MAX_SUBJECTS: Final = 24  # of one order
MAX_NUMBERS: Final = (
    8  # objects that are offered by number: with what is done with them as many as a list on WhatsApp has
)
MAX_PICTURES: Final = load_limits().kinds["sketch"].max_inputs

Region = Literal["faces", "background", "sky", "text"]
Share = Annotated[float, Field(ge=0, le=1)]


class SubjectName(BaseModel):
    """What a subject is called in each language, and what it is in a picture: classes of the detector, or a region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: tuple[str, ...] = ()
    region: Region | None = None
    en: tuple[str, ...]
    pt: tuple[str, ...]
    es: tuple[str, ...]

    def list_names(self, language: str) -> tuple[str, ...]:
        """Its names in a language: "en", "pt" or "es"; the first is the usual one."""
        return {"en": self.en, "pt": self.pt, "es": self.es}[language]


@cache
def load_subjects() -> dict[str, SubjectName]:
    """The subjects that have names, by their labels, as read from `subjects.toml`."""
    table = tomllib.loads(files("models.sketch").joinpath("subjects.toml").read_text())
    return {label: SubjectName.model_validate(values) for label, values in table.items()}


def label_for_class(name: str) -> str:
    """The label of a class of the detector; empty for one without a name."""
    return next((label for label, subject in load_subjects().items() if subject.classes == (name,)), "")


class Subject(BaseModel):
    """Part of a picture that is drawn before all others, or after them: a label of `load_subjects`, or a box.

    `box` is left, top, width and height as shares of the picture's sides; `picture` the number of the picture of an
    album that it lies in, from 0. A label is looked for in every picture.
    """

    model_config = ConfigDict(frozen=True)

    label: str = Field(default="", max_length=40)
    box: tuple[Share, Share, Share, Share] | None = None
    picture: int = Field(default=0, ge=0, lt=MAX_PICTURES)
    is_last: bool = False

    @model_validator(mode="after")
    def _validate_reference(self) -> Self:
        if (self.box is None) == (not self.label):
            raise ValueError("a subject has either a label or a box")
        return self


class NumberedSubject(BaseModel):
    """An object found in a picture, which a user can choose by its number.

    It has a label where it has a name. `box` is its place as shares of the picture, `spot` as shares of the still that
    shows all pictures of the job.
    """

    model_config = ConfigDict(frozen=True)

    label: str = Field(default="", max_length=40)
    box: tuple[Share, Share, Share, Share]
    spot: tuple[Share, Share, Share, Share]
    picture: int = Field(default=0, ge=0, lt=MAX_PICTURES)

    def to_subject(self) -> Subject:
        """The subject of an order that is this very object."""
        return Subject(box=self.box, picture=self.picture)


def list_subjects_of(order: tuple[Subject, ...], picture: int) -> tuple[Subject, ...]:
    """The subjects of an order that may lie in one picture of an album, by its number."""
    return tuple(subject for subject in order if subject.box is None or subject.picture == picture)


DrawingOrder = Annotated[tuple[Subject, ...], Field(max_length=MAX_SUBJECTS)]
"""Subjects as they are drawn, those that are drawn last in their order too."""
