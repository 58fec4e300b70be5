"""`/broadcast`: news are seen and counted first, reach everybody once and slowly, and keep nobody waiting."""

import asyncio
from typing import Literal

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser, Team, create_known_user
from fakes.world.world import World
from sqlmodel import Session, col, select

from bots.core.channel import ChatUnreachable, MessageRejected
from bots.core.delivery.broadcast_sender import BroadcastSender
from bots.core.delivery.outbox_sender import BROADCASTS_PER_SECOND, MAX_CONCURRENT_BROADCASTS
from bots.core.rate_limit import TokenBucket
from models.identity.people import Account, Person
from models.messaging.broadcasts import Broadcast
from models.messaging.deliveries import Delivery, DeliveryStatus
from storage.identity import account_merge, people
from storage.messaging import broadcasts

TEXT = "We draw in colour now!\n\nTry it."


def crowd(house: World, count: int, *, first: int = 100, language: str = "en", name: str = "office") -> list[FakeUser]:
    """So many people whom a bot knows, each by the id of their chat."""
    account, ids = house.get_account(name), map(str, range(first, first + count))
    return [create_known_user(house, account, each, language=language) for each in ids]


async def drafted(admin: FakeUser, text: str = TEXT) -> tuple[ChatMessage, ChatMessage]:
    """The draft as people will see it, and what is said of it."""
    await admin.send_text(f"/broadcast {text}")
    return admin.messages[-2], admin.messages[-1]


async def begun(admin: FakeUser, text: str = TEXT) -> ChatMessage:
    """The message about a broadcast that is going out."""
    _, preview = await drafted(admin, text)
    asked = await admin.choose(preview.get_choice_data("Send"), preview)
    return await admin.choose(asked.choices[0].data, asked)


async def go_on(house: World, seconds: float = 60.0) -> None:
    """Let time pass in steps, with looks at what is to be sent."""
    for _ in range(int(seconds * 2)):
        house.clock.advance(0.5)
        BroadcastSender(house.db).run_once()
        await house.deliver_all()


def got(somebody: FakeUser, text: str = TEXT) -> int:
    return sum(shown.text == text for shown in somebody.messages)


def row(house: World) -> Broadcast:
    with house.db.read_transaction() as session:
        return session.exec(select(Broadcast)).one()


async def test_it_is_seen_first_with_whom_it_would_reach_and_nobody_gets_it_yet(house: World, team: Team) -> None:
    ana = crowd(house, 2, language="pt-BR")
    seen, said = await drafted(team.admin)
    assert seen.text == TEXT
    assert "It would reach: 6" in said.text
    assert "English: 4" in said.text
    assert "Português: 2" in said.text
    await go_on(house, 2)
    assert got(ana[0]) == 0


async def test_everybody_gets_it_once_and_its_author_hears_how_it_went(house: World, team: Team) -> None:
    people_ = [*crowd(house, 2), FakeUser(house, team.admin.account, id="300", chat="a chat with an id of its own")]
    await people_[-1].send_text("/start")
    await begun(team.admin)
    await go_on(house)
    assert [got(each) for each in [*people_, team.owner, team.support, team.stranger]] == [1] * 6
    assert team.admin.last_message.text.startswith("📣")
    assert "Arrived: 7 · have blocked the bot: 0 · failed: 0 · to go: 0" in team.admin.last_message.text
    await go_on(house, 5)
    assert got(people_[0]) == 1


async def test_only_those_of_the_languages_that_were_chosen_get_it(house: World, team: Team) -> None:
    (ana,), (bia,), (eva,) = [
        crowd(house, 1, first=first, language=tag) for first, tag in ((100, "en"), (200, "pt-BR"), (300, "es"))
    ]
    _, preview = await drafted(team.admin)
    preview = await team.admin.choose(preview.get_choice_data("Português"), preview)
    preview = await team.admin.choose(preview.get_choice_data("Español"), preview)
    assert "It would reach: 2" in preview.text
    assert "✅ Português" in preview.labels
    preview = await team.admin.choose(preview.get_choice_data("Español"), preview)
    asked = await team.admin.choose(preview.get_choice_data("Send"), preview)
    assert "Send it to 1 people?" in asked.text
    await team.admin.choose(asked.choices[0].data, asked)
    await go_on(house, 5)
    assert [got(each) for each in (ana, bia, eva)] == [0, 1, 0]


async def test_it_goes_no_faster_than_messengers_bear(house: World, team: Team) -> None:
    crowd(house, 120)
    await begun(team.admin)
    house.clock.advance(10)
    BroadcastSender(house.db).run_once()
    counts = []
    for _ in range(4):
        before = sent(house)
        await house.deliver_all()
        counts.append(sent(house) - before)
        house.clock.advance(1)
        BroadcastSender(house.db).run_once()
    assert max(counts) <= BROADCASTS_PER_SECOND / 2 + 1
    await go_on(house, 10)
    assert sent(house) == 124


def sent(house: World) -> int:
    with house.db.read_transaction() as session:
        wanted = select(Delivery).where(col(Delivery.broadcast_id).is_not(None))
        return sum(each.status == DeliveryStatus.SENT for each in session.exec(wanted))


async def test_it_lies_in_the_outbox_only_a_little_at_a_time(house: World, team: Team) -> None:
    crowd(house, broadcasts.MAX_QUEUED + 20)
    await begun(team.admin)
    for _ in range(3):
        BroadcastSender(house.db).run_once()
    with house.db.read_transaction() as session:
        found = session.exec(select(Delivery).where(col(Delivery.broadcast_id).is_not(None))).all()
    assert len(found) == broadcasts.MAX_QUEUED


class Gate(asyncio.Event):
    """Holds back who waits for it, and tells that somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.reached.set()
        return await super().wait()


async def test_a_film_passes_all_news_however_slowly_messengers_take_them(house: World, team: Team) -> None:
    (ana,), others = crowd(house, 1), crowd(house, 40, first=200, language="es")
    await ana.send_files(build_picture())
    _, preview = await drafted(team.admin)
    await team.admin.choose(preview.get_choice_data("Español"), preview)
    asked = await team.admin.send_text(f"/broadcast send {row(house).short_id}")
    await team.admin.choose(asked.choices[0].data, asked)
    house.outbox_sender._token_bucket = TokenBucket(1000, 1000)
    channel, gate = ana.account.channel, Gate()
    channel.blocked_chats |= {each.chat_ref.chat: gate for each in others}
    BroadcastSender(house.db).run_once()
    running = asyncio.create_task(house.outbox_sender.run())
    await gate.reached.wait()
    assert house.run_job()
    house.outbox_sender.wake()
    await channel.wait_until(lambda: any(shown.kind == "video" for shown in ana.messages))
    gate.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_news_that_a_chat_cannot_take_now_hold_up_nothing_else_there(house: World, team: Team) -> None:
    (ana,) = crowd(house, 1)
    await begun(team.admin)
    ana.account.channel.faults["say"].extend([MessageRejected("no")] * MAX_CONCURRENT_BROADCASTS)
    BroadcastSender(house.db).run_once()
    await house.deliver_all()
    assert (await ana.send_text("/balance")).text.startswith("You have")


async def test_who_has_blocked_the_bot_is_counted_apart_and_not_written_to_again(house: World, team: Team) -> None:
    (ana,), (bia,) = crowd(house, 1, name="second"), crowd(house, 1, first=200)
    shown = await begun(team.admin)
    ana.account.channel.faults["say"].extend([ChatUnreachable("blocked")])
    await go_on(house, 5)
    assert "have blocked the bot: 1" in team.admin.last_message.text
    told = await team.admin.send_text(f"/broadcast report {row(house).short_id}")
    assert "Arrived: 5 · have blocked the bot: 1" in told.text
    assert "nobody it could reach" not in shown.text
    _, preview = await drafted(team.admin, "again")
    assert "Left out because they have blocked the bot or want to hear nothing: 1" in preview.text
    assert "It would reach: 5" in preview.text
    assert got(ana) + got(bia) == 1


async def test_it_is_paused_and_goes_on_where_it_was(house: World, team: Team) -> None:
    people_ = crowd(house, 60)
    shown = await begun(team.admin)
    house.clock.advance(1)
    BroadcastSender(house.db).run_once()
    await house.deliver_all()
    await team.admin.choose(shown.get_choice_data("Pause"), shown)
    assert "paused" in shown.text
    before = sent(house)
    await go_on(house, 5)
    assert sent(house) == before < 64
    await team.admin.choose(shown.get_choice_data("Go on"), shown)
    await go_on(house, 10)
    assert [got(each) for each in people_] == [1] * 60


async def test_what_is_stopped_reaches_nobody_else_and_cannot_go_on(house: World, team: Team) -> None:
    crowd(house, 60)
    shown = await begun(team.admin)
    house.clock.advance(1)
    BroadcastSender(house.db).run_once()
    await house.deliver_all()
    before = sent(house)
    await team.admin.choose(shown.get_choice_data("Stop for good"), shown)
    await go_on(house, 5)
    assert sent(house) == before
    assert f"Arrived: {before} · have blocked the bot: 0 · failed: 0 · to go: 0" in shown.text
    assert "can't be done" in (await team.admin.send_text(f"/broadcast resume {row(house).short_id}")).text
    assert (row(house).sent, row(house).status) == (before, "stopped")


async def test_people_on_whatsapp_are_left_out_and_the_author_reads_why(house: World, team: Team) -> None:
    def move(session: Session) -> None:
        account = people.get_or_create_account(session, team.admin.person.tenant_id, "whatsapp", "5511")
        person = people.get_or_create_person(session, account, "5511@s", name="Zé", language="pt-BR")
        people.get_or_create_address(session, account.id, person.external_id, "")

    house.run_in_transaction(move)
    _, preview = await drafted(team.admin)
    assert "Left out on WhatsApp: 1. WhatsApp bans numbers" in preview.text
    assert "It would reach: 4" in preview.text
    await begun(team.admin)
    await go_on(house, 3)
    with house.db.read_transaction() as session:
        accounts = session.exec(select(Account.channel).join(Delivery, col(Delivery.account_id) == col(Account.id)))
        assert set(accounts) == {"memory"}


async def test_where_all_are_on_whatsapp_it_is_refused_with_why(house: World, team: Team) -> None:
    await team.stranger.send_text("/start")
    house.run_in_transaction(
        lambda session: [setattr(each, "channel", "whatsapp") for each in session.exec(select(Account))] and None
    )
    assert "can't be sent. Your people are on WhatsApp" in (await team.admin.send_text(f"/broadcast {TEXT}")).text


async def test_groups_and_the_banned_get_none(house: World, team: Team) -> None:
    group = FakeUser(house, team.admin.account, id="70", chat="group", in_group=True)
    await group.send_text("/start")
    await team.owner.choose((await team.owner.send_text("/ban memory:7")).choices[0].data)
    await begun(team.admin)
    await go_on(house, 3)
    assert got(group) == got(team.stranger) == 0


async def test_who_writes_from_two_chats_is_written_to_once(house: World, team: Team) -> None:
    (ana,) = crowd(house, 1)
    (twin,) = crowd(house, 1, first=900, name="second")
    with house.db.transaction() as session:
        both = [session.get_one(Person, each.person.id) for each in (twin, ana)]
        assert account_merge.merge(session, *both, house.clock()) is not None
    _, preview = await drafted(team.admin)
    assert "It would reach: 5" in preview.text
    await begun(team.admin)
    await go_on(house, 3)
    assert got(ana) + got(twin) == 1


async def test_another_business_neither_gets_it_nor_sees_it(house: World, team: Team) -> None:
    theirs = FakeUser(house, house.get_account("theirs", tenant="other", admin_ids=frozenset({"memory:5"})), id="5")
    await theirs.send_text("/start")
    house.run_in_transaction(lambda session: setattr(session.get_one(Person, theirs.person.id), "role", "admin"))
    await begun(team.admin)
    await go_on(house, 3)
    assert got(theirs) == 0
    assert "There is no message" in (await theirs.send_text(f"/broadcast report {row(house).short_id}")).text
    assert "There is no message" in (await theirs.send_text(f"/broadcast stop {row(house).short_id}")).text


async def test_support_and_strangers_know_of_no_broadcasts(team: Team) -> None:
    nothing = (await team.stranger.send_text("/whatever")).text
    for somebody in (team.support, team.stranger):
        assert (await somebody.send_text(f"/broadcast {TEXT}")).text == nothing
        assert (await somebody.choose("say:broadcast hello")).text == nothing


async def test_it_goes_to_those_who_were_counted_when_it_was_confirmed(house: World, team: Team) -> None:
    crowd(house, 1, language="pt-BR")
    await drafted(team.admin)
    code = row(house).short_id
    await team.admin.send_text(f"/broadcast for {code} pt-BR")
    sure = await team.admin.send_text(f"/broadcast send {code}")
    assert "Send it to 1 people?" in sure.text
    await team.owner.send_text(f"/broadcast for {code}")
    assert "Nothing was done" in (await team.admin.choose(sure.choices[0].data, sure)).text
    assert row(house).started_at is None


async def test_a_text_that_begins_like_an_order_is_a_text(team: Team) -> None:
    seen, _ = await drafted(team.admin, "stop the press: we draw!")
    assert seen.text == "stop the press: we draw!"


@pytest.mark.parametrize("arguments", ["", "x" * 3501, "stop 0123abcd"])
async def test_what_cannot_be_sent_is_not_drafted(house: World, team: Team, arguments: str) -> None:
    await team.admin.send_text(f"/broadcast {arguments}")
    with house.db.read_transaction() as session:
        assert session.exec(select(Broadcast)).all() == []


async def test_it_is_sent_once_however_often_it_is_confirmed(house: World, team: Team) -> None:
    _, preview = await drafted(team.admin)
    first = await team.admin.choose(preview.get_choice_data("Send"), preview)
    second = await team.admin.send_text(f"/broadcast send {row(house).short_id}")
    await team.admin.choose(first.choices[0].data, first)
    assert "There is no message" in (await team.admin.choose(second.choices[0].data, second)).text
    await go_on(house, 3)
    assert got(team.stranger) == 1


async def test_what_was_sent_is_written_down_and_what_was_only_looked_at_is_not(house: World, team: Team) -> None:
    shown = await begun(team.admin)
    await team.admin.choose(shown.get_choice_data("Pause"), shown)
    found = team.list_audit_rows()
    assert [(each.action, each.about.get("verb")) for each in found] == [("broadcast", None), ("broadcast", "pause")]
    assert found[0].about == {"broadcast": str(row(house).id), "people": 4}


async def test_the_list_shows_how_each_stands_and_leads_to_its_report(team: Team) -> None:
    await begun(team.admin)
    shown = await team.admin.send_text("/broadcast")
    assert "being sent" in shown.labels[0]
    assert TEXT in (await team.admin.choose(shown.choices[0].data, shown)).text
