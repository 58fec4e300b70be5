"""A Dockerfile taken apart: its stages, and in each the steps in their order."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction: `RUN`, and what stands after it."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments; of a list in brackets, its items."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass(slots=True)
class Stage:
    """What happens between one FROM and the next."""

    name: str
    base: str
    steps: list[Step] = field(default_factory=list)

    def all(self, name: str) -> list[Step]:
        return [step for step in self.steps if step.name == name]


@dataclass(slots=True)
class Recipe:
    """`arguments` are the ARGs and their defaults, those of the whole file and of all stages alike."""

    stages: list[Stage] = field(default_factory=list)
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Stage:
        return self.stages[-1]


def read(path: Path) -> Recipe:
    """Raises ValueError for what this small reader does not know."""
    recipe = Recipe()
    for step in _steps(path.read_text()):
        if step.name == "ARG":
            name, _, value = step.text.partition("=")
            recipe.arguments[name] = value
        elif step.name == "FROM":
            recipe.stages.append(_stage(Template(step.text).substitute(recipe.arguments), len(recipe.stages)))
        else:
            recipe.last.steps.append(step)
    return recipe


def _stage(text: str, number: int) -> Stage:
    found = re.fullmatch(r"(\S+)(?:\s+AS\s+(\S+))?", text)
    if not found:
        raise ValueError(text)
    return Stage(found[2] or str(number), found[1])


def _steps(text: str) -> Iterator[Step]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield Step(name, rest.strip())
