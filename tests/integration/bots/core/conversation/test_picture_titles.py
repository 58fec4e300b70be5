"""Titles of drawings in the conversation: words sent with a picture."""

from dataclasses import replace

from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World


def titles_of(house: World) -> list[str]:
    return [job.parameters["title"] for job in house.list_jobs()]


async def test_words_in_quotation_marks_are_the_title_of_that_drawing_alone(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), text="“Feliz aniversário”")
    await ana.send_files(build_picture(), text="what a day")
    assert titles_of(house) == ["Feliz aniversário", ""]


async def test_a_drawing_made_again_keeps_its_title(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), text="title: Rex")
    assert house.run_job()
    await house.deliver_all()
    await ana.choose(f"again:{house.list_jobs()[0].id.hex}")
    assert titles_of(house) == ["Rex", "Rex"]


async def test_the_command_takes_a_title_for_the_picture_sent_last(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    await ana.send_text('/sketch "Rex"')
    assert titles_of(house) == ["", "Rex"]


async def test_a_title_there_is_no_room_for_is_refused_and_nothing_is_made(house: World, ana: FakeUser) -> None:
    answer = await ana.send_files(build_picture(), text=f'"{"x" * 201}"')
    assert "has 201 characters, and there is room for 200" in answer.text
    assert "Nothing was charged" in answer.text
    answer = await ana.send_files(build_picture(), text="title: 🎉🎉")
    assert "no letter and no digit" in answer.text
    assert house.list_jobs() == []


async def test_words_of_a_forwarded_picture_are_no_title(house: World, ana: FakeUser) -> None:
    inbound = replace(ana.build_files_inbound(build_picture()), text='"Buy now"', is_forwarded=True)
    await ana.handle_inbound(inbound)
    assert titles_of(house) == [""]
