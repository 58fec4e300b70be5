"""The order of a drawing by taps: numbered objects on a still, and the film again in that order."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import StubSandbox, build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World

from models.errors import ErrorCode, ProcessingFailed
from models.sketch.subjects import NumberedSubject
from pipeline.sandbox.client import SandboxClient

DOG = NumberedSubject(label="dog", box=(0.1, 0.2, 0.3, 0.4), spot=(0.1, 0.2, 0.3, 0.4))
THING = NumberedSubject(box=(0.6, 0.5, 0.3, 0.4), spot=(0.6, 0.5, 0.3, 0.4))
STILL = b"\xff\xd8\xff still"
FOUND: list[NumberedSubject] = []
SEARCHES: list[str] = []


class SeeingSandbox(StubSandbox):
    """Finds `FOUND` in any picture; draws the chosen numbers as a text behind a JPEG's signature."""

    def run(self, task: str, arguments: dict[str, Any], **options: object) -> object:
        if not task.startswith("pipeline.previews.numbered_still:"):
            return super().run(task, arguments, **options)
        SEARCHES.append(task.partition(":")[2])
        out: Path = arguments["out"]
        if task.endswith(":find_subjects"):
            if FOUND and FOUND[0].label == "crash":
                raise ProcessingFailed(ErrorCode.CRASHED)
            out.write_text(json.dumps([each.model_dump(mode="json") for each in FOUND]))
        else:
            out.write_bytes(STILL + repr(arguments["chosen"]).encode())
        return None


@pytest.fixture(autouse=True)
def _previews(house: World) -> None:
    """The previews of users who come from now on are drawn by the sandbox above."""
    FOUND[:], SEARCHES[:] = [DOG, THING], []
    previews = house.outbox_sender.previews
    assert previews is not None
    house.outbox_sender.previews = replace(previews, sandbox=cast("SandboxClient", SeeingSandbox()))


async def draw(house: World, user: FakeUser) -> None:
    await user.send_files(build_picture())
    assert house.run_job()
    await house.deliver_all()


async def tap(house: World, user: FakeUser, label: str, message: Any) -> Any:
    shown = await user.choose(message.get_choice_data(label), message)
    await house.deliver_all()
    return shown


async def test_taps_on_numbers_give_the_order_and_the_film_is_drawn_again(house: World, ana: FakeUser) -> None:
    await draw(house, ana)
    await tap(house, ana, "Change the order", ana.last_message)
    still = ana.last_message
    assert [choice.label for choice in still.choices] == ["1 · dog", "2"]
    await tap(house, ana, "2", still)
    assert "Your order: 2." in still.text
    await tap(house, ana, "1 · dog", still)
    assert "Your order: 2 → 1." in still.text
    await tap(house, ana, "Draw it like this", still)
    first, second = house.list_jobs()
    assert second.parent_id == first.id
    assert [subject["box"] for subject in second.parameters["order"]] == [[0.6, 0.5, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4]]
    assert SEARCHES.count("find_subjects") == 1


async def test_where_there_are_no_buttons_the_numbers_are_typed(house: World) -> None:
    numbered = replace(ALL_CAPABILITIES, has_buttons=False, can_edit=False)
    user = FakeUser(house, house.get_account("typed", capabilities=numbered))
    await draw(house, user)
    await user.choose(f"order:{house.list_jobs()[0].id.hex}")
    await house.deliver_all()
    for typed in ("2", "1"):
        assert len(user.last_message.choices) <= 10  # as many as a list of WhatsApp has
        await user.send_text(typed)
        await house.deliver_all()
    assert "Your order: 2 → 1." in user.last_message.text
    await user.send_text("3")
    assert len(house.list_jobs()[1].parameters["order"]) == 2


async def test_a_second_tap_takes_a_number_out_and_the_order_can_be_begun_again(house: World, ana: FakeUser) -> None:
    await draw(house, ana)
    await tap(house, ana, "Change the order", ana.last_message)
    still = ana.last_message
    for label in ("2", "1 · dog"):
        await tap(house, ana, label, still)
    await tap(house, ana, "Start over", still)
    assert "Your order" not in still.text
    assert "Draw it like this" not in [choice.label for choice in still.choices]


async def test_the_same_order_is_not_drawn_and_paid_twice(house: World, ana: FakeUser) -> None:
    await draw(house, ana)
    job = house.list_jobs()[0].id.hex
    await ana.choose(f"order:{job}")
    await ana.choose(f"ordered:{job}:b")
    answer = await ana.choose(f"ordered:{job}:b")
    assert "exactly that order already" in answer.text
    assert len(house.list_jobs()) == 2


async def test_a_picture_without_single_things_is_said_to_be_one(house: World, ana: FakeUser) -> None:
    FOUND[:] = []
    await draw(house, ana)
    await tap(house, ana, "Change the order", ana.last_message)
    assert "I can't tell single things apart" in ana.last_message.text
    assert not ana.last_message.choices


async def test_a_search_that_crashes_is_made_again_at_the_next_tap(house: World, ana: FakeUser) -> None:
    await draw(house, ana)
    film = ana.last_message
    FOUND[:] = [DOG.model_copy(update={"label": "crash"})]
    await tap(house, ana, "Change the order", film)
    assert "I can't tell single things apart" in ana.last_message.text
    FOUND[:] = [DOG]
    await tap(house, ana, "Change the order", film)
    assert [choice.label for choice in ana.last_message.choices] == ["1 · dog"]


@pytest.mark.parametrize(
    "data", ["order:", "order:zz", "ordered:{job}:b", "ordered:{job}:-", "ordered:{job}:?", "ordered:"]
)
async def test_hostile_data_of_choices_makes_nothing(house: World, ana: FakeUser, data: str) -> None:
    await draw(house, ana)
    await ana.choose(data.format(job=house.list_jobs()[0].id.hex))
    assert len(house.list_jobs()) == 1


async def test_nobody_orders_the_drawing_of_somebody_else(house: World, ana: FakeUser, bia: FakeUser) -> None:
    await draw(house, ana)
    job = house.list_jobs()[0].id.hex
    await ana.choose(f"order:{job}")
    for data in (f"order:{job}", f"order:{job}:a", f"ordered:{job}:a"):
        answer = await bia.choose(data)
        assert not answer.choices
    assert len(house.list_jobs()) == 1
