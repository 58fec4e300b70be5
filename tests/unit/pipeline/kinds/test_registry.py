"""The registry of kinds of jobs, and what every registered kind must have."""

from dataclasses import replace
from pathlib import Path

import pytest

from bots.core.conversation.features.registry import get_feature
from models.billing.catalogue import read_catalogue
from models.errors import ConfigError
from models.jobs.options import JobOptions
from pipeline.kinds.job_kind import JobKind
from pipeline.kinds.registry import check_kinds, get_kind, kind_of, list_kinds, load_run_function, register_kind
from pipeline.kinds.sketch import SKETCH
from tools.bench.kinds import SAMPLES


@pytest.mark.parametrize("kind", list_kinds(), ids=lambda kind: kind.name)
def test_the_options_of_a_kind_come_back_from_the_database_as_they_were(kind: JobKind) -> None:
    options = get_feature(kind.name).build_options({})
    assert kind.options.model_validate(options.model_dump(mode="json")) == options
    assert kind_of(options) is kind


@pytest.mark.parametrize("kind", list_kinds(), ids=lambda kind: kind.name)
def test_a_kind_can_be_run_has_a_price_is_measured_and_is_in_the_documents(kind: JobKind) -> None:
    assert f"| `{kind.name}` |" in (Path(__file__).parents[4] / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert callable(load_run_function(kind))
    assert kind.name in SAMPLES
    assert read_catalogue().price_for(kind.name).credits_for(30) >= 0
    assert kind.limits.max_seconds > kind.limits.min_seconds


def test_a_second_kind_of_the_same_name_or_options_is_refused() -> None:
    with pytest.raises(ConfigError):
        register_kind(SKETCH)
    with pytest.raises(ConfigError):
        register_kind(replace(SKETCH, name="other"))
    assert "other" not in {kind.name for kind in list_kinds()}


def test_a_kind_that_settings_mention_and_nobody_registered_is_refused_at_the_start() -> None:
    check_kinds(read_catalogue().list_priced_kinds())
    with pytest.raises(ConfigError, match="hologram"):
        check_kinds({"hologram"})
    with pytest.raises(ConfigError):
        get_kind("hologram")
    with pytest.raises(ConfigError):
        kind_of(JobOptions())


def test_a_kind_without_a_function_to_run_is_refused() -> None:
    with pytest.raises(ConfigError):
        load_run_function(replace(SKETCH, run="pipeline.kinds.sketch:no_such_function"))
