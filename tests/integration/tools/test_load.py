"""The product under many people: a short form of `make load`, and what its figures are made of."""

import tempfile
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.telegram_api import TelegramBotMessage, TelegramMessageEdit

from pipeline.sandbox.client import SandboxClient
from tools.load.alone import Sample, Timing, rendered
from tools.load.errands import errands, mixture
from tools.load.figures import at_share, disagreement, growth, pauses, rows, share
from tools.load.floods import BURST, IN_ALL, FloodLimits
from tools.load.premises import premises
from tools.load.trial import SHORT, Round, Trial, tried

LIGHT = (0, 2)  # of the mixture: the smallest picture and the shortest video


def test_everybody_gets_their_films_once_within_the_limits_of_memory_and_of_telegram() -> None:
    everything = mixture()
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        Path(name).chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        with premises(Path(name), SHORT.workers) as place:
            trial = tried(place, SHORT, [everything[number] for number in LIGHT])
            found = rows(trial, place.limits)
    assert len({sending.person.id for sending in trial.sent}) == SHORT.people
    assert all(sending.acknowledged() is not sending.film() for sending in trial.sent)
    # how soon is for a machine that does nothing else to show, and what was loaded first is still growing here
    timely = {row.name for row in found if row.name.startswith(("acknowledgement", "its growth"))}
    assert [row for row in found if not row.ok and row.name not in timely] == []


def test_a_sample_renders_what_the_product_would() -> None:
    everything = mixture()
    with SandboxClient() as children:
        sample = rendered(children, 2, errands([everything[number] for number in LIGHT], 2))
    assert len(sample.jobs) == 2
    assert 0 < sample.rate < 4
    assert sample.cpu > 0.1


def test_no_two_files_of_a_run_are_alike() -> None:
    of = mixture()
    contents = [each.content for each in errands(of, 2 * len(of))]
    assert len(set(contents)) == 2 * len(of)


def test_the_share_compares_each_round_with_the_renderers_right_before_and_after_it() -> None:
    def sample(seconds: float) -> Sample:
        return Sample(2, (Timing(seconds, seconds), Timing(seconds, seconds)))

    rounds = [Round([None] * 9, 0.0, 10.0, {}), Round([None] * 4, 0.0, 10.0, {})]  # type: ignore[list-item]
    trial = Trial(samples=[sample(2.0), sample(2.0), sample(10.0)], rounds=rounds)
    assert [each.rate for each in trial.samples] == [1.0, 1.0, 0.2]
    assert share(trial) == pytest.approx((0.9 + 0.4 / 0.6) / 2)
    assert disagreement(trial.samples[:2]) == 0
    assert disagreement(trial.samples[1:]) == pytest.approx(0.4 / 0.6)


def test_growth_is_that_of_the_second_half() -> None:
    assert growth([50.0] * 10 + [100.0] * 10) == 0
    assert growth([100.0] * 10 + [100.0 + 2 * step for step in range(10)]) == 16


def test_five_in_a_hundred_waits_are_as_long_as_the_p95_or_longer() -> None:
    assert at_share([float(number) for number in range(1, 101)], 0.95) == 96


def test_the_pauses_of_a_message_lie_between_its_edits() -> None:
    message = TelegramBotMessage(1, 2, "", edits=[TelegramMessageEdit(at, "", ()) for at in (1.0, 4.5, 7.5)])
    assert pauses(message) == [3.5, 3.0]


def test_a_chat_takes_a_short_burst_and_then_one_message_a_second() -> None:
    clock = SettableClock()
    limits = FloodLimits(lambda: clock().timestamp())
    taken = [limits.take("sendMessage", 1) for _ in range(BURST + 1)]
    assert [fault is None for fault in taken] == [True] * BURST + [False]
    assert limits.take("editMessageText", 2) is None
    assert limits.refused == 1


def test_all_chats_together_take_thirty_a_second() -> None:
    clock = SettableClock()
    limits = FloodLimits(lambda: clock().timestamp())
    taken = [limits.take("editMessageText", chat) for chat in range(IN_ALL + 1)]
    assert [fault is None for fault in taken] == [True] * IN_ALL + [False]
    assert limits.take("getFile", 99) is None
    assert limits.most == IN_ALL + 1
