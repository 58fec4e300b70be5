import pytest
from fakes.world.described_files import build_audio, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.conversation import menus
from bots.core.conversation.features.caption import POLISH_SWITCHES
from bots.core.conversation.features.registry import find_setting, list_features, list_settings
from bots.core.conversation.features.settings import Setting, SettingValue
from bots.core.delivery.message_rendering import render_text

EVERY_VALUE = [(setting, value) for setting in list_settings() for value in setting.list_values()]


@pytest.mark.parametrize(("setting", "value"), EVERY_VALUE, ids=lambda each: getattr(each, "value", None) or each.name)
def test_every_value_of_every_setting_comes_back_as_the_chosen_one(setting: Setting, value: SettingValue) -> None:
    tastes = {setting.name: setting.parse(value.value)}
    marked = [
        choice
        for row in menus.build_setting_menu(setting, tastes, "m1").choices
        for choice in row
        if choice.label.inner
    ]
    assert [choice.data for choice in marked] == [f"set:{setting.name}={value.value}"]
    assert render_text(marked[0].label, "en") == f"✅ {render_text(value.label, 'en')}"


def test_a_value_that_is_no_longer_offered_shows_as_the_first() -> None:
    gone = {"hand": "robot", "style": "vapour", "seconds": 11}
    for name in gone:
        setting = find_setting(name)
        assert setting is not None
        assert setting.find_chosen(gone) == setting.list_values()[0]


@pytest.mark.parametrize(("setting", "value"), EVERY_VALUE, ids=lambda each: getattr(each, "value", None) or each.name)
def test_every_value_is_an_option_of_its_jobs(setting: Setting, value: SettingValue) -> None:
    stored = setting.parse(value.value)
    for feature in list_features():
        if setting in feature.settings:
            assert getattr(feature.build_options({setting.name: stored}), setting.option) == stored


def test_tastes_become_the_options_of_jobs() -> None:
    tastes = {
        "seconds": 20.0,
        "hand": "left",
        "tool": "chalk",
        "finish": "lines",
        "style": "pill",
        "spoken": "pt",
        "music": "jazz",
    }
    options = [feature.build_options(tastes).model_dump() for feature in list_features()[:3]]
    assert (options[0]["seconds"], options[0]["hand"], options[0]["finish"]) == (20, "medium-left", "lines")
    assert (options[1]["style"], options[1]["language"]) == ("pill", "pt")
    assert options[2]["language"] == "pt"


async def test_a_taste_is_changed_in_one_message_that_is_edited(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    assert "⏱️ Length of drawings: 10 s" in menu.labels
    await ana.choose(menu.get_choice_data("Length"), menu)
    assert menu.labels[:5] == ["6 s", "✅ 10 s", "20 s", "30 s", "60 s"]
    await ana.choose(menu.get_choice_data("20 s"), menu)
    assert "⏱️ Length of drawings: 20 s" in menu.labels
    assert len(ana.messages) == 1
    assert ana.person.tastes["seconds"] == 20


async def test_the_switches_of_polish_share_a_row_and_are_switched_in_place(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    assert len(menu.choices) <= 10  # as many rows as a list of WhatsApp has
    assert "✨ Polish: off" in menu.labels
    before = menu.content
    await ana.choose(menu.get_choice_data("Polish"), menu)
    assert len(menu.labels) == len(POLISH_SWITCHES) + 1
    assert menu.labels[-1] == "« Back"
    await ana.choose(menu.get_choice_data("Progress bar"), menu)
    await ana.choose(menu.get_choice_data("Zoom"), menu)
    await ana.choose(menu.get_choice_data("Title"), menu)
    await ana.choose(menu.get_choice_data("Title"), menu)
    assert [label for label in menu.labels if "✅" in label] == ["✅ 🔍 Zoom on key words", "✅ ▬ Progress bar"]
    assert {name for name, value in ana.person.tastes.items() if value} == {"bar", "zoom"}
    await ana.choose(menu.get_choice_data("Back"), menu)
    assert "✨ Polish: 2 on" in menu.labels
    assert len(menu.choices) == len([choice for row in before.choices for choice in row])
    assert len(ana.messages) == 1


async def test_swear_words_and_the_subtitle_track_share_a_row_and_become_options_of_films(
    house: World, ana: FakeUser
) -> None:
    house.pipeline.has_chat_model = True  # with all rows there are
    menu = await ana.send_text("/settings")
    assert len(menu.choices) <= 10  # as many rows as a list of WhatsApp has
    await ana.choose(menu.get_choice_data("Extras of captions: off"), menu)
    assert menu.labels == [
        "🌐 Show: Translation",
        "📄 Subtitle track in the file",
        "🤐 Hide swear words",
        "« Back",
    ]
    await ana.choose(menu.get_choice_data("Hide swear words"), menu)
    assert "✅ 🤐 Hide swear words" in menu.labels
    assert ana.person.tastes == {"profanity": "mask"}
    await ana.send_files(build_video(10))
    await ana.choose(menu.get_choice_data("Hide swear words"), menu)
    await ana.choose(menu.get_choice_data("Subtitle track"), menu)
    await ana.send_files(build_video(11))
    options = [(job.parameters["profanity"], job.parameters["subtitle_track"]) for job in house.list_jobs()]
    assert options == [("mask", False), ("keep", True)]
    await ana.choose(menu.get_choice_data("Back"), menu)
    assert "📄 Extras of captions: 1 on" in menu.labels


async def test_a_group_has_settings_of_several_values_beside_switches(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    assert "🖌️ More about drawings: as usual" in menu.labels
    await ana.choose(menu.get_choice_data("More about drawings"), menu)
    assert {"📐 Shape: Like the picture", "🔎 Sharpness: Like the picture", "« Back"} <= set(menu.labels)
    await ana.choose(menu.get_choice_data("Shape"), menu)
    await ana.choose(menu.get_choice_data("9:16"), menu)
    assert "📐 Shape: Tall (9:16)" in menu.labels
    await ana.choose(menu.get_choice_data("Back"), menu)
    assert "🖌️ More about drawings: 1 changed" in menu.labels
    assert ana.person.tastes == {"aspect": "9:16"}
    assert len(ana.messages) == 1


async def test_rows_of_old_messages_for_each_switch_still_work(ana: FakeUser) -> None:
    menu = await ana.choose("set:bar")
    assert menu.labels == ["✅ Off", "On", "« Back"]
    await ana.choose("set:bar=on", menu)
    assert "✅ ▬ Progress bar" in menu.labels
    assert ana.person.tastes == {"bar": True}
    await ana.choose("set:bar", menu)
    await ana.choose(menu.get_choice_data("Back"), menu)
    assert "✅ ▬ Progress bar" in menu.labels


TRANSLATIONS = ("Translate captions", "Translate transcripts")


async def test_what_needs_a_chat_model_is_offered_where_there_is_one(house: World, ana: FakeUser) -> None:
    labels = "\n".join((await ana.send_text("/settings")).labels)
    assert not any(label in labels for label in TRANSLATIONS)
    await ana.choose("set:text-translate=own")
    assert ana.person.tastes == {}
    house.pipeline.has_chat_model = True
    labels = "\n".join((await ana.send_text("/settings")).labels)
    assert all(label in labels for label in TRANSLATIONS)
    await ana.choose("set:text-translate=own")
    await ana.choose("set:translate=pt")
    house.pipeline.has_chat_model = False  # a key that is taken away again makes no job fail
    await ana.send_files(build_audio(10), names=("a.ogg",))
    await ana.send_files(build_video(10))
    assert [job.parameters["translate_to"] for job in house.list_jobs()] == ["off", "off"]


async def test_the_way_back_changes_nothing(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    before = menu.content
    await ana.choose(menu.get_choice_data("Hand"), menu)
    await ana.choose(menu.get_choice_data("Back"), menu)
    assert menu.content.choices == before.choices
    assert ana.person.tastes == {}


async def test_tastes_are_kept_beside_each_other(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    for data in ("set:hand=dark-left", "set:style=pill", "set:finish=lines", "set:spoken=pt", "set:seconds=60"):
        await ana.choose(data, menu)
    row = ana.person.tastes
    assert (row["hand"], row["style"], row["finish"], row["spoken"], row["seconds"]) == (
        "dark-left",
        "pill",
        "lines",
        "pt",
        60,
    )


@pytest.mark.parametrize(
    "data",
    [
        "set:seconds=3600",
        "set:hand=../../etc/passwd",
        "set:style=",
        "set:hand",
        "set:__class__=x",
        "set:version=2",
        "set:spoken=zz",
        "set:finish=colour;lines",
        "set:=",
        "set",
        "language:xx",
        "language:",
        "cancel:" + "0" * 32,
        "cancel:x",
        "again:not-an-id",
        "file:" + "f" * 32,
        "heard:en",
        "heard:en:" + "0" * 32,
        "heard:zz:" + "0" * 32,
        "heard:",
        "grant:memory:7 1000",
        "constructor:x",
        ":",
        "",
        "\0",
        "💥" * 16,
    ],
)
async def test_hostile_data_in_a_choice_is_answered_and_changes_nothing(house: World, ana: FakeUser, data: str) -> None:
    await ana.send_files(build_picture())
    before, person = house.list_jobs(), ana.person
    answered = await ana.choose(data)
    assert answered.text
    assert house.list_jobs() == before
    assert (ana.person.tastes, ana.person.language_chosen, ana.person.role) == (person.tastes, False, None)


@pytest.mark.parametrize("action", ["again", "cancel", "file"])
async def test_somebody_elses_film_is_out_of_reach(house: World, ana: FakeUser, action: str) -> None:
    await ana.send_files(build_picture())
    eve = FakeUser(house, ana.account, id="666")
    text = (await eve.choose(f"{action}:{house.list_jobs()[0].id.hex}")).text
    assert text in {"I can't find that any more.", "That one has already finished."}
    assert [job.status for job in house.list_jobs()] == ["queued"]


@pytest.mark.parametrize("spoken", ["auto", "en"])
async def test_what_is_chosen_to_be_spoken_is_what_is_heard(house: World, spoken: str) -> None:
    somebody = FakeUser(house, house.get_account(), language="pt-BR")
    await somebody.send_text("/settings")
    await somebody.choose(f"set:spoken={spoken}")
    await somebody.send_files(build_video())
    assert [job.parameters["language"] for job in house.list_jobs()] == [spoken]
