"""Registry of the kinds of jobs."""

import importlib
from collections.abc import Iterable

from models.errors import ConfigError
from models.jobs.options import JobOptions
from pipeline.kinds.job_kind import JobKind
from pipeline.kinds.running_job import RunJob

_kinds: dict[str, JobKind] = {}


class UnknownKind(ConfigError):
    """There is no kind of job of that name, or none with those options."""


def register_kind(kind: JobKind) -> None:
    """Register a kind. Raises ConfigError if there is one of its name, or with its options."""
    if any(kind.name == other.name or kind.options is other.options for other in _kinds.values()):
        raise ConfigError(f"there are two kinds of job called {kind.name!r}, or with {kind.options.__name__}")
    _kinds[kind.name] = kind


def get_kind(name: str) -> JobKind:
    """The kind of that name. Raises UnknownKind."""
    if name not in _kinds:
        raise UnknownKind(f"there is no kind of job called {name!r}")
    return _kinds[name]


def find_kind(name: str) -> JobKind | None:
    return _kinds.get(name)


def list_kinds() -> tuple[JobKind, ...]:
    """All kinds, in the order of registration."""
    return tuple(_kinds.values())


def kind_of(options: JobOptions) -> JobKind:
    """The kind whose options these are. Raises UnknownKind."""
    for kind in _kinds.values():
        if kind.options is type(options):
            return kind
    raise UnknownKind(f"no kind of job has {type(options).__name__}")


def load_run_function(kind: JobKind) -> RunJob:
    """Import the function that runs jobs of a kind. Raises ConfigError if there is none."""
    module, _, name = kind.run.partition(":")
    try:
        function: RunJob = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"jobs of the kind {kind.name!r} cannot be run: {error}") from error
    return function


def check_kinds(mentioned: Iterable[str]) -> None:
    """Check at the start of a process that every kind can be run, and that those which settings mention exist.

    Raises ConfigError.
    """
    for kind in list_kinds():
        load_run_function(kind)
    for name in sorted(mentioned):
        get_kind(name)
