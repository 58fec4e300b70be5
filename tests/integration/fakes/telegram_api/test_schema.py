"""An independent judge of the fake Bot API: another library's types, and that library as a second client."""

import asyncio
import importlib
import io
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from fakes.telegram_api import FakeTelegram, StarsCharge, TelegramPerson, build_photo, build_video, errors, serve_app
from fakes.telegram_api.parameters import TYPES
from PIL import Image
from pydantic import BaseModel

if TYPE_CHECKING:
    from aiogram import Bot

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 500


def picture(side: int = 900) -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((side, side)).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def strangers(value: Any, path: str = "") -> list[str]:
    """Fields the types do not know, at any depth."""
    if isinstance(value, BaseModel):
        found = [f"{path}.{name}" for name in (value.model_extra or {})]
        return found + [
            name
            for field in type(value).model_fields
            for name in strangers(getattr(value, field, None), f"{path}.{field}")
        ]
    if isinstance(value, list | tuple):
        return [name for index, item in enumerate(value) for name in strangers(item, f"{path}[{index}]")]
    return []


@pytest.fixture
def aiogram() -> Any:
    """The library, which takes seconds to load: not in each process that only collects this module."""
    return importlib.import_module("aiogram")


@pytest.fixture
def person(fake: FakeTelegram) -> TelegramPerson:
    return fake.get_person(language_code="pt-br", last_name="Souza", username="ana")


@pytest.fixture
def address(fake: FakeTelegram) -> Iterator[str]:
    with serve_app(fake.app) as address:
        yield address


@pytest.fixture
async def bot(aiogram: Any, fake: FakeTelegram, address: str, person: TelegramPerson) -> AsyncIterator["Bot"]:
    person.send_text("/start")
    session = aiogram.client.session.aiohttp.AiohttpSession(
        api=aiogram.client.telegram.TelegramAPIServer.from_base(address)
    )
    async with aiogram.Bot(fake.token, session=session) as bot:
        yield bot


def test_the_judge_finds_a_field_that_telegram_does_not_have(
    aiogram: Any, fake: FakeTelegram, person: TelegramPerson
) -> None:
    person.send_text("x")
    update = fake.updates.sent[0]
    update["message"]["chat"] = update["message"]["chat"] | {"titel": "x"}
    assert strangers(aiogram.types.Update.model_validate(update)) == [".message.chat.titel"]


async def test_every_kind_of_update_is_what_telegram_sends(
    aiogram: Any, fake: FakeTelegram, person: TelegramPerson, bot: "Bot"
) -> None:
    group = fake.get_group(-1007, topics=(4,))
    sent = person.send_photo(picture(), "a caption @rabisco_bot /x https://example.org")
    person.send_video(FILM, "film")
    person.send_document(b"%PDF", "a.pdf", "application/pdf")
    person.send_animation(FILM)
    person.send_video_note(FILM)
    person.send_voice(b"OggS")
    person.send_audio(b"ID3")
    person.send_album([build_photo(picture()), build_video(FILM)], "album")
    person.send_text("in a topic", in_chat=group, thread=4)
    person.forward(sent)
    person.send_text("answer", reply_to=sent["message_id"])
    person.edit_text(person.send_text("typo"), "no typo")
    markup = aiogram.types.InlineKeyboardMarkup(
        inline_keyboard=[[aiogram.types.InlineKeyboardButton(text="A", callback_data="a")]]
    )
    await bot.send_message(person.id, "press", reply_markup=markup)
    person.press_button(person.chat.messages[0], "A")
    person.block_bot()
    person.unblock_bot()
    updates = [aiogram.types.Update.model_validate(update) for update in fake.updates.sent]
    found = [name for update in updates for name in strangers(update)]
    assert found == []
    kinds = {kind for update in fake.updates.sent for kind in update if kind != "update_id"}
    assert kinds == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert len(await bot.get_updates()) == len(fake.updates.sent)


async def test_every_answer_is_what_another_library_expects(aiogram: Any, person: TelegramPerson, bot: "Bot") -> None:
    """Its client checks the type of each answer; what remains is that there is nothing it does not know."""
    chat, film = person.id, aiogram.types.BufferedInputFile(FILM, "film.mp4")
    still = aiogram.types.BufferedInputFile(picture(), "p.jpg")
    thumbnail = aiogram.types.BufferedInputFile(picture(200), "t.jpg")
    text = await bot.send_message(chat, "hello", reply_parameters=aiogram.types.ReplyParameters(message_id=1))
    sent = await bot.send_video(chat, film, width=64, height=36, duration=2, thumbnail=thumbnail, caption="film")
    answers = [
        await bot.get_me(),
        text,
        sent,
        await bot.edit_message_text("hi", chat_id=chat, message_id=text.message_id),
        await bot.edit_message_caption(chat_id=chat, message_id=sent.message_id, caption="new"),
        await bot.send_video(chat, sent.video.file_id),  # type: ignore[union-attr]
        await bot.send_photo(chat, still, caption="photo"),
        await bot.send_animation(chat, film, thumbnail=thumbnail),
        await bot.send_document(chat, film, disable_content_type_detection=True),
        await bot.get_file(sent.video.file_id),  # type: ignore[union-attr]
        await bot.get_webhook_info(),
        await bot.get_my_commands(),
        await bot.get_my_description(language_code="en"),
        await bot.get_my_short_description(),
    ]
    assert [name for answer in answers for name in strangers(answer)] == []
    assert await bot.send_chat_action(chat, "upload_video")
    assert await bot.set_my_commands([aiogram.types.BotCommand(command="help", description="Help")], language_code="pt")
    assert await bot.set_my_description("x")
    assert await bot.delete_message(chat, text.message_id)


async def test_a_purchase_with_stars_is_what_another_library_expects(
    aiogram: Any, fake: FakeTelegram, person: TelegramPerson, bot: "Bot"
) -> None:
    """From the invoice to the refund: every update, every answer and every refusal."""
    price = [aiogram.types.LabeledPrice(label="100 credits", amount=300)]
    sent = await bot.send_invoice(person.id, "100 credits", "For films", "p1", "XTR", price, start_parameter="plans")
    paying = asyncio.create_task(asyncio.to_thread(person.pay_invoice, person.chat.messages[-1]))
    await fake.wait_until_async(lambda: "pre_checkout_query" in fake.updates.sent[-1])
    query = aiogram.types.Update.model_validate(fake.updates.sent[-1]).pre_checkout_query
    assert query is not None
    assert (query.currency, query.total_amount, query.invoice_payload) == ("XTR", 300, "p1")
    assert await bot.answer_pre_checkout_query(query.id, ok=True)
    charge = await paying
    assert isinstance(charge, StarsCharge)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="query is too old"):
        await bot.answer_pre_checkout_query(query.id, ok=True)
    assert await bot.refund_star_payment(person.id, charge.id)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(person.id, charge.id)
    updates = [aiogram.types.Update.model_validate(update) for update in fake.updates.sent]
    assert [name for value in (sent, *updates) for name in strangers(value)] == []
    paid, returned = (update.message for update in updates[-2:])
    assert paid
    assert paid.successful_payment
    assert paid.successful_payment.telegram_payment_charge_id == charge.id
    assert returned
    assert returned.refunded_payment
    assert returned.refunded_payment.total_amount == 300


async def test_an_invoice_telegram_would_not_take_is_refused(aiogram: Any, person: TelegramPerson, bot: "Bot") -> None:
    price = [aiogram.types.LabeledPrice(label="credits", amount=300)]
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="title"):
        await bot.send_invoice(person.id, "x" * 33, "For films", "p1", "XTR", price)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="STARS_INVOICE_INVALID"):
        await bot.send_invoice(person.id, "x", "For films", "p1", "XTR", price * 2)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="INVOICE_PAYLOAD_INVALID"):
        await bot.send_invoice(person.id, "x", "For films", "p" * 129, "XTR", price)


def test_every_parameter_the_fake_takes_is_one_of_telegrams(
    aiogram: Any,
) -> None:
    unknown = {
        (method, name)
        for method, names in TYPES.items()
        for name in names
        if name not in getattr(aiogram.methods, method[0].upper() + method[1:]).model_fields
    }
    assert unknown == set()


async def test_a_text_that_becomes_a_picture_is_what_another_client_understands(
    aiogram: Any, person: TelegramPerson, bot: "Bot"
) -> None:
    said = await bot.send_message(person.id, "wait")
    media = aiogram.types.InputMediaPhoto(media=aiogram.types.BufferedInputFile(picture(), "p.jpg"), caption="look")
    shown = await bot.edit_message_media(media, chat_id=person.id, message_id=said.message_id)
    assert isinstance(shown, aiogram.types.Message)
    assert strangers(shown) == []
    assert (shown.text, shown.caption, bool(shown.photo)) == (None, "look", True)


async def test_a_file_comes_back_byte_for_byte_to_another_client(person: TelegramPerson, bot: "Bot") -> None:
    content = picture()
    sent = person.send_document(content, "p.jpg", "image/jpeg")
    brought = await bot.download(sent["document"]["file_id"])
    assert brought is not None
    assert brought.read() == content


async def test_refusals_are_what_another_client_understands(
    aiogram: Any, fake: FakeTelegram, person: TelegramPerson, bot: "Bot"
) -> None:
    said = await bot.send_message(person.id, "same")
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("same", chat_id=person.id, message_id=said.message_id)
    fake.fail_calls("sendMessage", errors.build_flood_error(7))
    with pytest.raises(aiogram.exceptions.TelegramRetryAfter) as caught:
        await bot.send_message(person.id, "x")
    assert caught.value.retry_after == 7
    person.block_bot()
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(person.id, "x")
    fake.fail_calls("getUpdates", errors.TWO_POLLERS)
    with pytest.raises(aiogram.exceptions.TelegramConflictError):
        await bot.get_updates()
