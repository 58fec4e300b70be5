"""Fixtures for conversations about results: tasks that are staged, and a chat model that answers everything."""

import pytest
from fakes.chat_models import answer_with_everything, create_chat
from fakes.groq_api import FakeGroq
from fakes.world.staged_sandbox import StagedSandbox
from fakes.world.world import World

from pipeline.jobs.renderer import Renderer
from pipeline.speech.transcription import Transcriber


@pytest.fixture
def groq() -> FakeGroq:
    found = FakeGroq()
    found.chat = answer_with_everything
    return found


@pytest.fixture
def sandbox(house: World, groq: FakeGroq) -> StagedSandbox:
    """The tasks of the house's jobs, to be staged; it has a chat model."""
    staged = StagedSandbox()
    house.job_runner.renderer = Renderer(staged, Transcriber(None), create_chat(groq))
    house.pipeline.has_chat_model = True
    return staged
