"""The fake Bot API is as strict as Telegram, or the tests that use it prove nothing."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fakes.telegram_api import FakeTelegram, TelegramPerson, build_photo, errors
from fakes.telegram_api.files import has_sound
from PIL import Image

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 500
BUTTON = {"text": "A", "callback_data": "a"}


@pytest.fixture
def person(fake: FakeTelegram) -> TelegramPerson:
    person = fake.get_person()
    person.send_text("/start")
    return person


class Client:
    """Plain HTTP, so that no library's own checks come first."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http = http
        self.token = token

    async def call(self, method: str, files: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
        address = f"http://t/bot{self.token}/{method}"
        if files:
            answer = await self.http.post(address, data=parameters, files=files)
        else:
            answer = await self.http.post(address, json=parameters)
        return dict(answer.json())

    async def refusal(self, method: str, files: dict[str, Any] | None = None, **parameters: Any) -> str:
        answer = await self.call(method, files, **parameters)
        assert answer["ok"] is False
        return str(answer["description"])


@pytest.fixture
async def client(fake: FakeTelegram, person: TelegramPerson) -> AsyncIterator[Client]:
    assert person.chat.bodies
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fake.app)) as http:
        yield Client(http, fake.token)


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        ("sendMessage", {"text": " "}, "message text is empty"),
        ("sendMessage", {"text": "x" * 4097}, "message is too long"),
        ("sendMessage", {"text": "🎨" * 2049}, "message is too long"),
        ("sendMessage", {"text": "x", "txet": "y"}, "unknown parameter txet"),
        ("sendMessage", {}, "text of sendMessage is missing"),
        ("sendMessage", {"text": "x", "chat_id": 404}, "chat not found"),
        ("sendMessage", {"text": "x", "parse_mode": "HTML"}, "unsupported parse_mode"),
        ("sendMessage", {"text": "x", "message_thread_id": 3}, "message thread not found"),
        ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ("editMessageText", {"text": "x", "message_id": 99}, "message to edit not found"),
        ("editMessageText", {"text": "x", "message_id": 1}, "message can't be edited"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("sendVideo", {"video": "unknown"}, "wrong file identifier"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    client: Client, method: str, parameters: dict[str, Any], reason: str
) -> None:
    assert reason in await client.refusal(method, **({"chat_id": 1001} | parameters))


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (BUTTON | {"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        (BUTTON | {"callback_data": ""}, "BUTTON_DATA_INVALID"),
        (BUTTON | {"text": ""}, "must be non-empty"),
        (BUTTON | {"url": "https://example.org"}, "exactly one action"),
        ({"text": "A", "url": "example"}, "Wrong HTTP URL"),
        (BUTTON | {"colour": "red"}, "unknown field colour"),
    ],
)
async def test_a_bad_button_is_refused(client: Client, button: dict[str, str], reason: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    assert reason in await client.refusal("sendMessage", chat_id=1001, text="x", reply_markup=markup)


async def test_a_person_who_never_wrote_cannot_be_written_to(client: Client, fake: FakeTelegram) -> None:
    fake.get_person(3003)
    assert "can't initiate" in await client.refusal("sendMessage", chat_id=3003, text="x")


async def test_an_edit_without_buttons_takes_them_away_and_one_without_change_is_refused(
    client: Client, person: TelegramPerson
) -> None:
    said = await client.call("sendMessage", chat_id=1001, text="x", reply_markup={"inline_keyboard": [[BUTTON]]})
    about = {"chat_id": 1001, "message_id": said["result"]["message_id"]}
    edited = await client.call("editMessageText", text="x", **about)
    assert "reply_markup" not in edited["result"]
    assert person.chat.messages[0].labels == []
    assert "message is not modified" in await client.refusal("editMessageText", text="x", **about)
    assert "no caption" in await client.refusal("editMessageCaption", caption="x", **about)


async def test_a_caption_over_the_limit_is_refused(client: Client) -> None:
    assert "caption is too long" in await client.refusal(
        "sendVideo", {"video": ("v.mp4", FILM)}, chat_id="1001", caption="x" * 1025
    )


async def test_a_large_video_of_untold_shape_becomes_a_square_of_no_length(client: Client) -> None:
    large, small = FILM + bytes(10_000_001), io.BytesIO()
    Image.new("RGB", (90, 50)).save(small, "JPEG")
    files = {"video": ("v.mp4", large, "video/mp4"), "thumbnail": ("t.jpg", small.getvalue(), "image/jpeg")}
    untold = (await client.call("sendVideo", files, chat_id="1001"))["result"]["video"]
    assert (untold["width"], untold["height"], untold["duration"], "thumbnail" in untold) == (320, 320, 0, False)
    shape = {"width": "1280", "height": "720", "duration": "9"}
    told = (await client.call("sendVideo", files, chat_id="1001", **shape))["result"]["video"]
    assert (told["width"], told["height"], told["duration"], "thumbnail" in told) == (1280, 720, 9, True)


async def test_uploads_and_photos_have_their_limits(client: Client) -> None:
    assert "too big for a photo" in await client.refusal(
        "sendPhoto", {"photo": ("p.jpg", bytes(10_000_001))}, chat_id="1001"
    )
    assert "Too Large" in await client.refusal("sendVideo", {"video": ("v.mp4", bytes(50_200_000))}, chat_id="1001")


async def test_downloads_end_at_20_megabytes(client: Client, person: TelegramPerson) -> None:
    fits = person.send_video(bytes(20_000_000))["video"]["file_id"]
    large = person.send_video(bytes(20_000_001))["video"]["file_id"]
    assert (await client.call("getFile", file_id=fits))["ok"]
    assert await client.refusal("getFile", file_id=large) == "Bad Request: file is too big"


async def test_equal_bytes_share_a_unique_id_but_no_file_id(person: TelegramPerson) -> None:
    first, second = (person.send_video(FILM)["video"] for _ in range(2))
    assert first["file_unique_id"] == second["file_unique_id"]
    assert first["file_id"] != second["file_id"]


async def test_a_users_photo_comes_in_three_sizes_and_more(person: TelegramPerson) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 1000)).save(buffer, "PNG")
    sizes = person.send_photo(buffer.getvalue())["photo"]
    assert [(size["width"], size["height"]) for size in sizes][-1] == (1600, 1000)
    assert len(sizes) >= 3
    assert len(person.send_album([build_photo(buffer.getvalue())] * 2)) == 2


async def test_an_offset_confirms_what_came_before_it(
    client: Client, fake: FakeTelegram, person: TelegramPerson
) -> None:
    person.send_text("second")
    both = (await client.call("getUpdates"))["result"]
    assert len((await client.call("getUpdates"))["result"]) == 2
    rest = (await client.call("getUpdates", offset=both[0]["update_id"] + 1))["result"]
    assert [update["message"]["text"] for update in rest] == ["second"]
    assert len(fake.updates.pending_ids) == 1


async def test_a_poll_waits_for_an_update(client: Client, fake: FakeTelegram, person: TelegramPerson) -> None:
    last = fake.updates.pending_ids[-1]
    poll = asyncio.create_task(client.call("getUpdates", offset=last + 1, timeout=10))
    await fake.wait_until_async(lambda: fake.list_calls("getUpdates"))
    await asyncio.to_thread(person.send_text, "now")
    assert (await poll)["result"][0]["message"]["text"] == "now"


async def test_a_second_poll_ends_the_first(client: Client, fake: FakeTelegram) -> None:
    poll = asyncio.create_task(client.call("getUpdates", offset=fake.updates.pending_ids[-1] + 1, timeout=10))
    await fake.wait_until_async(lambda: fake.list_calls("getUpdates"))
    assert (await client.call("getUpdates"))["ok"]
    assert (await poll)["error_code"] == 409


async def test_a_webhook_excludes_polling_and_carries_its_secret(
    client: Client, fake: FakeTelegram, person: TelegramPerson
) -> None:
    assert "HTTPS" in await client.refusal("setWebhook", url="http://plain")
    assert "unallowed" in await client.refusal("setWebhook", url="https://x", secret_token="no spaces")
    assert (await client.call("setWebhook", url="https://x/hook", secret_token="s3cret", drop_pending_updates=True))[
        "ok"
    ]
    assert "webhook is active" in await client.refusal("getUpdates")
    person.send_text("pushed")
    pushed = fake.updates.peek_webhook_call()
    assert pushed is not None
    address, headers, body = pushed
    assert (address, headers) == ("https://x/hook", {"X-Telegram-Bot-Api-Secret-Token": "s3cret"})
    fake.updates.confirm_webhook_call(body["update_id"])
    assert fake.updates.peek_webhook_call() is None
    assert (await client.call("deleteWebhook"))["ok"]
    assert (await client.call("getUpdates"))["ok"]


async def test_updates_of_a_kind_the_bot_does_not_want_are_not_kept(
    client: Client, fake: FakeTelegram, person: TelegramPerson
) -> None:
    await client.call("getUpdates", allowed_updates=["callback_query"])
    before = len(fake.updates.sent)
    person.send_text("unheard")
    assert len(fake.updates.sent) == before


async def test_a_query_is_answered_once_and_soon(client: Client, fake: FakeTelegram, person: TelegramPerson) -> None:
    await client.call("sendMessage", chat_id=1001, text="x", reply_markup={"inline_keyboard": [[BUTTON]]})
    query = person.press_button(person.chat.messages[0], "A")
    assert (await client.call("answerCallbackQuery", callback_query_id=query))["ok"]
    assert "query is too old" in await client.refusal("answerCallbackQuery", callback_query_id=query)
    late = person.press_button(person.chat.messages[0], "a")
    fake.queries.expire_all()
    assert "query is too old" in await client.refusal("answerCallbackQuery", callback_query_id=late)


async def test_a_button_that_is_not_there_cannot_be_pressed(client: Client, person: TelegramPerson) -> None:
    await client.call("sendMessage", chat_id=1001, text="x")
    with pytest.raises(AssertionError, match="no button"):
        person.press_button(person.chat.messages[0], "A")


async def test_faults_meet_the_method_the_chat_and_the_time_they_were_set_for(
    client: Client, fake: FakeTelegram
) -> None:
    fake.get_person(2002).send_text("/start")
    fake.fail_calls("sendMessage", errors.build_flood_error(9), chat=1001, skip=1, times=1)
    answers = [(await client.call("sendMessage", chat_id=chat, text="x")) for chat in (2002, 1001, 1001, 1001)]
    assert [answer["ok"] for answer in answers] == [True, True, False, True]
    assert answers[2] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 9",
        "parameters": {"retry_after": 9},
    }


async def test_a_call_whose_connection_drops_was_carried_out(
    client: Client, fake: FakeTelegram, person: TelegramPerson
) -> None:
    fake.fail_calls("sendMessage", None)
    with pytest.raises(ConnectionError):
        await client.call("sendMessage", chat_id=1001, text="twice")
    assert [message.text for message in person.chat] == ["twice"]


@pytest.mark.parametrize(("token", "code"), [("123456:AAwrong", 401), ("nonsense", 404)])
async def test_only_the_bots_own_token_is_taken(client: Client, token: str, code: int) -> None:
    client.token = token
    assert (await client.call("getMe"))["error_code"] == code


async def test_an_unknown_method_is_not_found(client: Client) -> None:
    assert await client.call("sendLove") == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        ("setMyCommands", {"commands": [{"command": "Bad Name", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [], "language_code": "pt-br"}, "invalid language code"),
        ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}, "BotCommandScope"),
        ("setMyDescription", {"description": "x" * 513}, "too long"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "too long"),
    ],
)
async def test_a_profile_has_its_limits(client: Client, method: str, parameters: dict[str, Any], reason: str) -> None:
    assert reason in await client.refusal(method, **parameters)


async def test_waiting_in_vain_tells_what_there_is(client: Client, person: TelegramPerson) -> None:
    await client.call("sendMessage", chat_id=1001, text="something else")
    with pytest.raises(AssertionError, match="something else"):
        person.chat.wait_for(lambda message: message.text == "film", timeout=0.01)
    with pytest.raises(AssertionError, match="something else"):
        await person.chat.wait_for_async(lambda message: message.text == "film", seconds=0.01)


def test_sound_is_told_by_the_handler_of_a_track() -> None:
    assert has_sound(FILM + b"hdlr....soun")
    assert not has_sound(FILM + b"hdlr....vide")


async def test_people_can_be_played_from_another_process(client: Client, fake: FakeTelegram) -> None:
    sent = await client.http.post(
        "http://t/sim/send", data={"text": "film", "person": "7"}, files={"file": ("v.mp4", FILM, "video/mp4")}
    )
    assert sent.json()["video"]["file_name"] == "v.mp4"
    await client.call("sendVideo", {"video": ("back.mp4", FILM, "video/mp4")}, chat_id="7", caption="done")
    await client.call("sendMessage", chat_id=7, text="more?", reply_markup={"inline_keyboard": [[BUTTON]]})
    shown = (await client.http.get("http://t/sim/transcript?person=7")).json()
    assert [(one["from"], one["kind"], one["text"]) for one in shown] == [
        ("person", "video", "film"),
        ("bot", "video", "done"),
        ("bot", "text", "more?"),
    ]
    assert (await client.http.get(f"http://t/sim/media/7/{shown[1]['id']}")).content == FILM
    await client.http.post("http://t/sim/press", data={"person": "7", "message": shown[2]["id"], "data": "a"})
    assert fake.updates.sent[-1]["callback_query"]["data"] == "a"
    await client.http.post("http://t/sim/fail", json={"method": "sendMessage", "code": 502})
    assert (
        await client.http.post(f"http://t/bot{fake.token}/sendMessage", json={"chat_id": 7, "text": "x"})
    ).status_code == 502
    assert "<form>" in (await client.http.get("http://t/sim")).text
