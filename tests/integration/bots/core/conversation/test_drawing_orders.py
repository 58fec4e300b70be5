"""The order of a drawing in words, sent with a picture or after the film."""

import pytest
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World


def orders_of(house: World) -> list[list[str]]:
    return [
        [subject["label"] + " last" * subject["is_last"] for subject in job.parameters["order"]]
        for job in house.list_jobs()
    ]


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("first the dog, then the cat", ["dog", "cat"]),
        ("Primeiro o cachorrinho, por último o céu", ["dog", "sky last"]),
        ("primero el perro, luego la bici", ["dog", "bicycle"]),
        ("Rex, my dog", []),
    ],
)
async def test_words_with_a_picture_say_what_is_drawn_first(
    house: World, ana: FakeUser, words: str, order: list[str]
) -> None:
    await ana.send_files(build_picture(), text=words)
    assert orders_of(house) == [order]


async def test_an_unknown_thing_gets_a_hint_and_the_film_is_made(house: World, ana: FakeUser) -> None:
    answer = await ana.send_files(build_picture(), text="first the castle, then the dog")
    assert "I can't find “castle” in pictures" in answer.text
    assert orders_of(house) == [["dog"]]


async def test_title_and_order_stand_side_by_side(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), text="“first prize” first the dog")
    assert house.list_jobs()[0].parameters["title"] == "first prize"
    assert orders_of(house) == [["dog"]]


async def test_a_drawing_made_again_keeps_its_order(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), text="the dog first")
    assert house.run_job()
    await house.deliver_all()
    await ana.choose(f"again:{house.list_jobs()[0].id.hex}")
    assert orders_of(house) == [["dog"], ["dog"]]


async def test_words_after_the_film_make_it_again_in_that_order_once(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), text="“Rex”")
    assert house.run_job()
    await house.deliver_all()
    await ana.send_text("first the dog, then the castle")
    first, second = house.list_jobs()
    assert (second.parent_id, second.parameters["title"]) == (first.id, "Rex")
    assert orders_of(house) == [[], ["dog"]]
    house.run_job()
    await house.deliver_all()
    answer = await ana.send_text("first the dog")
    assert "exactly that order already" in answer.text
    assert len(house.list_jobs()) == 2


async def test_words_that_name_no_order_make_nothing_again(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    assert house.run_job()
    await house.deliver_all()
    await ana.send_text("what a nice dog")
    await ana.send_text("“Rex”")
    assert len(house.list_jobs()) == 1


async def test_the_last_result_is_meant_and_only_a_drawing_has_an_order(house: World, ana: FakeUser) -> None:
    await ana.send_text("first the dog")
    await ana.send_files(build_video(10))
    assert house.run_job()
    await house.deliver_all()
    await ana.send_text("first the dog")
    assert [job.kind for job in house.list_jobs()] == ["caption"]
