"""The pictures of a run: each says how long its film takes to make, or how making it goes wrong."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict


class Act(StrEnum):
    """What a job does to the process it runs in."""

    FILM = "film"
    FAULT = "SIGSEGV in the child"
    LEAVE = "os._exit in the child"
    GROW = "memory over the limit"
    SPIN = "endless loop"
    KILL_WORKER = "SIGKILL of the worker"


DEADLY: Final = tuple(act for act in Act if act is not Act.FILM)


class Script(BaseModel):
    """The content of a picture; `number` makes each a file of its own."""

    model_config = ConfigDict(frozen=True)

    number: int
    act: Act = Act.FILM
    seconds: float = 0.3
