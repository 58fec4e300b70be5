"""The guide for those who run the business."""

from pathlib import Path

import pytest

from bots.core.conversation.commands import COMMANDS
from models.identity.roles import Role

GUIDE = (Path(__file__).parents[5] / "docs" / "running.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [command.name for command in COMMANDS if command.min_role is not Role.PERSON])
def test_the_guide_tells_of_every_command_there_is_for_a_role(name: str) -> None:
    assert f"`/{name}" in GUIDE
