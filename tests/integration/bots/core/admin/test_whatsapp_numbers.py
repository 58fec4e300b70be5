"""`/whatsapp`: numbers paired, listed, restarted and let go in a chat, by administrators alone."""

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import select

from bots.whatsapp.sessions.session_repository import SessionRepository
from bots.whatsapp.sessions.states import ConnectionEventKind
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail
from storage.identity import people
from storage.messaging import whatsapp

ADMIN = frozenset({"memory:1"})
JID = "5511990000001:7@s.whatsapp.net"
PNG = b"\x89PNG"


def rows(house: World) -> list[WhatsAppSession]:
    with house.db.read_transaction() as session:
        return list(session.exec(select(WhatsAppSession)))


def has_number(
    house: World, tenant: str = "main", state: WhatsAppState = WhatsAppState.ONLINE, jid: str = JID
) -> WhatsAppSession:
    with house.db.transaction() as session:
        row = whatsapp.create_session(session, people.get_or_create_tenant(session, tenant).id, house.clock())
        assert whatsapp.complete_pairing(session, row, jid, None, house.clock())
        row.state = state
    return row


async def pairing(house: World, boss: FakeUser) -> tuple[ChatMessage, SessionRepository]:
    """The message that will show the code, and the record a gateway would keep."""
    shown = await boss.send_text("/whatsapp pair")
    (row,) = rows(house)
    record = SessionRepository(house.db, row.id)
    record.start()
    return shown, record


@pytest.mark.parametrize("text", ["/whatsapp", "/whatsapp pair", "whatsapp list"])
async def test_nobody_but_an_administrator_knows_of_the_command(house: World, ana: FakeUser, text: str) -> None:
    assert "/help" in (await ana.send_text(text)).text
    assert rows(house) == []


async def test_without_numbers_it_says_how_to_get_one(boss: FakeUser) -> None:
    text = (await boss.send_text("/whatsapp")).text
    assert "no WhatsApp number here yet" in text
    assert "/whatsapp pair" in text


async def test_a_code_is_shown_in_the_message_that_announced_it_and_follows_its_changes(
    house: World, boss: FakeUser
) -> None:
    shown, record = await pairing(house, boss)
    assert "Getting a code" in shown.text
    for code in ("2@first", "2@second"):
        record.show_qr_code(code, 60)
        await house.deliver_all()
        assert shown.content.picture is not None
        assert shown.content.picture.startswith(PNG)
        assert "Linked devices" in shown.text
    pictures = [edit.text.picture for edit in shown.edits]
    assert len(set(pictures)) == 2
    assert boss.messages == [shown]


async def test_what_became_of_pairing_is_told_in_the_same_message(house: World, boss: FakeUser) -> None:
    shown, record = await pairing(house, boss)
    record.show_qr_code("2@first", 60)
    assert record.complete_pairing(JID) is not None
    await house.deliver_all()
    assert (shown.text, shown.content.picture) == ("⏳ The phone agreed. Connecting…", None)
    record.mark_connected(JID, None)
    await house.deliver_all()
    assert shown.text == "✅ +5511990000001 is online. Write to it from another phone!"
    assert "+5511990000001: ✅ online." in (await boss.send_text("/whatsapp list")).text


@pytest.mark.parametrize(
    ("happened", "detail", "words"),
    [
        (ConnectionEventKind.CODES_EXPIRED, WhatsAppStateDetail.TIMEOUT, "Nobody used the code in time"),
        (ConnectionEventKind.PAIRING_FAILED, WhatsAppStateDetail.REFUSED, "did not link this phone"),
        (ConnectionEventKind.PAIRING_FAILED, WhatsAppStateDetail.TAKEN, "connected here already"),
    ],
)
async def test_why_pairing_came_to_nothing_is_told(
    house: World, boss: FakeUser, happened: ConnectionEventKind, detail: WhatsAppStateDetail, words: str
) -> None:
    shown, record = await pairing(house, boss)
    record.show_qr_code("2@first", 60)
    record.stop_pairing(happened, detail)
    await house.deliver_all()
    assert words in shown.text
    (row,) = rows(house)
    assert (row.state, row.qr, row.is_wanted(house.clock())) == (WhatsAppState.NEW, None, False)


async def test_a_phone_number_gets_a_code_to_be_typed(house: World, boss: FakeUser) -> None:
    shown = await boss.send_text("/whatsapp pair +55 (11) 99000-0001")
    (row,) = rows(house)
    assert row.phone == "5511990000001"
    SessionRepository(house.db, row.id).show_pairing_code("ABCD1234", 160)
    await house.deliver_all()
    assert "ABCD-1234" in shown.text
    assert "+5511990000001" in shown.text
    assert shown.content.picture is None


@pytest.mark.parametrize("number", ["12", "soon", "1" * 16])
async def test_what_is_no_phone_number_pairs_nothing(house: World, boss: FakeUser, number: str) -> None:
    assert "no phone number" in (await boss.send_text(f"/whatsapp pair {number}")).text
    assert rows(house) == []


async def test_asking_again_moves_the_pairing_to_the_new_message(house: World, boss: FakeUser) -> None:
    first, record = await pairing(house, boss)
    second = await boss.send_text("/whatsapp pair")
    assert len(rows(house)) == 1
    record.show_qr_code("2@first", 60)
    await house.deliver_all()
    assert second.content.picture is not None
    assert first.content.picture is None


async def test_a_pairing_can_be_called_off_and_shows_no_more_codes(house: World, boss: FakeUser) -> None:
    shown, record = await pairing(house, boss)
    record.show_qr_code("2@first", 60)
    await house.deliver_all()
    await boss.choose(shown.get_choice_data("Cancel"), shown)
    assert "no longer valid" in shown.text
    record.show_qr_code("2@second", 20)
    await house.deliver_all()
    assert shown.content.picture is None
    (row,) = rows(house)
    assert not row.is_wanted(house.clock())


async def test_a_code_that_was_scanned_meanwhile_is_not_called_off(house: World, boss: FakeUser) -> None:
    shown, record = await pairing(house, boss)
    stop = shown.get_choice_data("Cancel")
    record.complete_pairing(JID)
    await boss.choose(stop, shown)
    assert "already" in boss.last_message.text or "finished" in boss.last_message.text
    (row,) = rows(house)
    assert row.is_wanted(house.clock())


async def test_a_number_is_restarted_by_any_of_its_names(house: World, boss: FakeUser) -> None:
    row = has_number(house, state=WhatsAppState.REPLACED)
    for name in ("5511990000001", "+5511990000001"):
        assert "anew" in (await boss.send_text(f"/whatsapp restart {name}")).text
    (then,) = rows(house)
    assert (then.id, then.state) == (row.id, WhatsAppState.RECONNECTING)
    assert then.restart_asked_at is not None


async def test_a_number_that_was_logged_out_is_paired_when_it_is_restarted(house: World, boss: FakeUser) -> None:
    has_number(house, state=WhatsAppState.LOGGED_OUT)
    assert "Getting a code" in (await boss.send_text("/whatsapp restart 5511990000001")).text
    (row,) = rows(house)
    assert (row.state, row.is_wanted(house.clock())) == (WhatsAppState.NEW, True)


async def test_a_number_is_let_go_only_when_asked_twice(house: World, boss: FakeUser) -> None:
    has_number(house)
    asked = await boss.send_text("/whatsapp remove 5511990000001")
    assert rows(house)[0].removed_at is None
    await boss.choose(asked.get_choice_data("remove"), asked)
    assert rows(house)[0].removed_at is not None
    assert "gone" in asked.text
    assert "no WhatsApp number" in (await boss.send_text("/whatsapp")).text


@pytest.mark.parametrize("what", ["restart", "remove"])
async def test_a_number_there_is_not_is_said_to_be_unknown(boss: FakeUser, what: str) -> None:
    assert "no number called 999" in (await boss.send_text(f"/whatsapp {what} 999")).text
    assert "no number called" in (await boss.send_text(f"/whatsapp {what}")).text


async def test_what_cannot_be_understood_is_answered_with_what_can_be_done(boss: FakeUser) -> None:
    assert "/whatsapp pair" in (await boss.send_text("/whatsapp frobnicate")).text


async def test_another_tenants_numbers_are_neither_seen_nor_touched(house: World, boss: FakeUser) -> None:
    theirs = has_number(house, "bakery")
    assert "+5511990000001" not in (await boss.send_text("/whatsapp")).text
    assert "no number called" in (await boss.send_text("/whatsapp restart 5511990000001")).text
    await boss.choose(f"number:remove:{theirs.id.hex}")
    assert rows(house)[0].removed_at is None


@pytest.mark.parametrize(
    "data", ["number", "number:remove", "number:remove:x", "number:fly:{id}", "number:remove:{id}"]
)
async def test_what_somebody_else_chooses_changes_nothing(house: World, ana: FakeUser, data: str) -> None:
    row = has_number(house)
    await ana.choose(data.format(id=row.id.hex))
    then = rows(house)[0]
    assert (then.removed_at, then.state) == (None, WhatsAppState.ONLINE)


async def test_codes_are_not_shown_where_others_read_along(house: World) -> None:
    boss = FakeUser(house, house.get_account(admin_ids=ADMIN), id="1", in_group=True)
    assert "write to me" in (await boss.send_text("/whatsapp pair")).text
    assert rows(house) == []


@pytest.mark.parametrize("state", list(WhatsAppState))
async def test_every_state_is_listed_with_what_to_do(house: World, boss: FakeUser, state: WhatsAppState) -> None:
    has_number(house, state=state)
    (line,) = [line for line in (await boss.send_text("/whatsapp")).text.splitlines() if "5511990000001:" in line]
    assert len(line) > len("+5511990000001: ")


@pytest.mark.parametrize("detail", list(WhatsAppStateDetail))
async def test_every_detail_is_listed_with_what_to_do(
    house: World, boss: FakeUser, detail: WhatsAppStateDetail
) -> None:
    row = has_number(house, state=WhatsAppState.RECONNECTING)
    house.run_in_transaction(lambda session: setattr(session.get_one(WhatsAppSession, row.id), "detail", detail))
    assert "+5511990000001:" in (await boss.send_text("/whatsapp")).text


async def test_administrators_hear_that_a_number_stands_still_and_that_it_goes_on_once_each(
    house: World, boss: FakeUser
) -> None:
    await boss.send_text("/start")
    record = SessionRepository(house.db, has_number(house).id)
    seen = len(boss.messages)
    for _ in range(2):
        record.record_event(ConnectionEventKind.LOGGED_OUT)
        await house.deliver_all()
    assert [shown.text.splitlines()[0] for shown in boss.messages[seen:]] == ["⚠️ WhatsApp +5511990000001 stands still."]
    assert "/whatsapp restart +5511990000001" in boss.last_message.text
    house.run_in_transaction(
        lambda session: whatsapp.request_restart(session.get_one(WhatsAppSession, record.session_id), house.clock())
    )
    for _ in range(2):
        record.mark_connected(JID, None)
        await house.deliver_all()
    assert [shown.text for shown in boss.messages[seen + 1 :]] == ["✅ WhatsApp +5511990000001 is online again."]


async def test_a_ban_says_until_when(house: World, boss: FakeUser) -> None:
    await boss.send_text("/start")
    SessionRepository(house.db, has_number(house).id).record_event(ConnectionEventKind.BANNED, ban_seconds=3600)
    await house.deliver_all()
    assert "until 2026-11-22 13:00 UTC" in boss.last_message.text


async def test_a_tenants_own_administrators_hear_of_its_numbers_and_other_tenants_do_not(house: World) -> None:
    baker = FakeUser(house, house.get_account("bakery-bot", "bakery", admin_ids=frozenset({"memory:2"})), id="2")
    other = FakeUser(house, house.get_account("other-bot", "other", admin_ids=frozenset({"memory:3"})), id="3")
    for each in (baker, other):
        await each.send_text("/start")
    SessionRepository(house.db, has_number(house, "bakery").id).record_event(ConnectionEventKind.LOGGED_OUT)
    await house.deliver_all()
    assert "stands still" in baker.last_message.text
    assert "stands still" not in other.last_message.text
