"""The nets where they are run: in a child that may reach few files, after a fork, with little memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


def test_all_nets_see_in_a_child_with_less_memory_than_a_film_has(tmp_path: Path) -> None:
    limits = replace(ResourceLimits.for_media(10), memory=1_200_000_000)
    with SandboxClient() as sandbox:
        first, second = (
            sandbox.run("fakes.vision_tasks:look", {}, directory=tmp_path, limits=limits) for _ in range(2)
        )
    assert first == pytest.approx(second, abs=8)
    assert 0.02 < first["contours"] < 0.4
    assert 0.4 < first["people"] < 0.8
    assert first["irises"] == 2
    assert first["megabytes"] < 220
