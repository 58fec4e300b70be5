"""`/whatsapp`: numbers paired, listed, restarted and let go in a chat, by administrators alone."""

import pytest
from fakes.channels import Shown
from fakes.house import House, Somebody
from sqlmodel import select

from bots.whatsapp.sessions.session_repository import Record
from bots.whatsapp.sessions.states import Happened
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail
from storage.identity import people
from storage.messaging import whatsapp

ADMIN = frozenset({"memory:1"})
JID = "5511990000001:7@s.whatsapp.net"
PNG = b"\x89PNG"


@pytest.fixture
def boss(house: House) -> Somebody:
    return Somebody(house, house.counter(owners=ADMIN), id="1")


def rows(house: House) -> list[WhatsAppSession]:
    with house.db.read_transaction() as session:
        return list(session.exec(select(WhatsAppSession)))


def has_number(
    house: House, tenant: str = "main", state: WhatsAppState = WhatsAppState.ONLINE, jid: str = JID
) -> WhatsAppSession:
    with house.db.transaction() as session:
        row = whatsapp.create_session(session, people.get_or_create_tenant(session, tenant).id, house.time())
        assert whatsapp.complete_pairing(session, row, jid, None, house.time())
        row.state = state
    return row


async def pairing(house: House, boss: Somebody) -> tuple[Shown, Record]:
    """The message that will show the code, and the record a gateway would keep."""
    shown = await boss.writes("/whatsapp pair")
    (row,) = rows(house)
    record = Record(house.db, row.id)
    record.take_up()
    return shown, record


@pytest.mark.parametrize("text", ["/whatsapp", "/whatsapp pair", "whatsapp list"])
async def test_nobody_but_an_administrator_knows_of_the_command(house: House, ana: Somebody, text: str) -> None:
    assert "/help" in (await ana.writes(text)).text
    assert rows(house) == []


async def test_without_numbers_it_says_how_to_get_one(boss: Somebody) -> None:
    text = (await boss.writes("/whatsapp")).text
    assert "no WhatsApp number here yet" in text
    assert "/whatsapp pair" in text


async def test_a_code_is_shown_in_the_message_that_announced_it_and_follows_its_changes(
    house: House, boss: Somebody
) -> None:
    shown, record = await pairing(house, boss)
    assert "Getting a code" in shown.text
    for code in ("2@first", "2@second"):
        record.show(code, 60)
        await house.settle()
        assert shown.now.picture is not None
        assert shown.now.picture.startswith(PNG)
        assert "Linked devices" in shown.text
    pictures = [edit.text.picture for edit in shown.edits]
    assert len(set(pictures)) == 2
    assert boss.seen == [shown]


async def test_what_became_of_pairing_is_told_in_the_same_message(house: House, boss: Somebody) -> None:
    shown, record = await pairing(house, boss)
    record.show("2@first", 60)
    assert record.paired(JID) is not None
    await house.settle()
    assert (shown.text, shown.now.picture) == ("⏳ The phone agreed. Connecting…", None)
    record.connected(JID, None)
    await house.settle()
    assert shown.text == "✅ +5511990000001 is online. Write to it from another phone!"
    assert "+5511990000001: ✅ online." in (await boss.writes("/whatsapp list")).text


@pytest.mark.parametrize(
    ("happened", "detail", "words"),
    [
        (Happened.GAVE_UP, WhatsAppStateDetail.TIMEOUT, "Nobody used the code in time"),
        (Happened.REFUSED, WhatsAppStateDetail.REFUSED, "did not link this phone"),
        (Happened.REFUSED, WhatsAppStateDetail.TAKEN, "connected here already"),
    ],
)
async def test_why_pairing_came_to_nothing_is_told(
    house: House, boss: Somebody, happened: Happened, detail: WhatsAppStateDetail, words: str
) -> None:
    shown, record = await pairing(house, boss)
    record.show("2@first", 60)
    record.give_up(happened, detail)
    await house.settle()
    assert words in shown.text
    (row,) = rows(house)
    assert (row.state, row.qr, row.is_wanted(house.time())) == (WhatsAppState.NEW, None, False)


async def test_a_phone_number_gets_a_code_to_be_typed(house: House, boss: Somebody) -> None:
    shown = await boss.writes("/whatsapp pair +55 (11) 99000-0001")
    (row,) = rows(house)
    assert row.phone == "5511990000001"
    Record(house.db, row.id).show_typed("ABCD1234", 160)
    await house.settle()
    assert "ABCD-1234" in shown.text
    assert "+5511990000001" in shown.text
    assert shown.now.picture is None


@pytest.mark.parametrize("number", ["12", "soon", "1" * 16])
async def test_what_is_no_phone_number_pairs_nothing(house: House, boss: Somebody, number: str) -> None:
    assert "no phone number" in (await boss.writes(f"/whatsapp pair {number}")).text
    assert rows(house) == []


async def test_asking_again_moves_the_pairing_to_the_new_message(house: House, boss: Somebody) -> None:
    first, record = await pairing(house, boss)
    second = await boss.writes("/whatsapp pair")
    assert len(rows(house)) == 1
    record.show("2@first", 60)
    await house.settle()
    assert second.now.picture is not None
    assert first.now.picture is None


async def test_a_pairing_can_be_called_off_and_shows_no_more_codes(house: House, boss: Somebody) -> None:
    shown, record = await pairing(house, boss)
    record.show("2@first", 60)
    await house.settle()
    await boss.takes(shown.data("Cancel"), shown)
    assert "no longer valid" in shown.text
    record.show("2@second", 20)
    await house.settle()
    assert shown.now.picture is None
    (row,) = rows(house)
    assert not row.is_wanted(house.time())


async def test_a_code_that_was_scanned_meanwhile_is_not_called_off(house: House, boss: Somebody) -> None:
    shown, record = await pairing(house, boss)
    stop = shown.data("Cancel")
    record.paired(JID)
    await boss.takes(stop, shown)
    assert "already" in boss.last.text or "finished" in boss.last.text
    (row,) = rows(house)
    assert row.is_wanted(house.time())


async def test_a_number_is_restarted_by_any_of_its_names(house: House, boss: Somebody) -> None:
    row = has_number(house, state=WhatsAppState.REPLACED)
    for name in ("5511990000001", "+5511990000001"):
        assert "anew" in (await boss.writes(f"/whatsapp restart {name}")).text
    (then,) = rows(house)
    assert (then.id, then.state) == (row.id, WhatsAppState.RECONNECTING)
    assert then.restart_asked_at is not None


async def test_a_number_that_was_logged_out_is_paired_when_it_is_restarted(house: House, boss: Somebody) -> None:
    has_number(house, state=WhatsAppState.LOGGED_OUT)
    assert "Getting a code" in (await boss.writes("/whatsapp restart 5511990000001")).text
    (row,) = rows(house)
    assert (row.state, row.is_wanted(house.time())) == (WhatsAppState.NEW, True)


async def test_a_number_is_let_go_only_when_asked_twice(house: House, boss: Somebody) -> None:
    has_number(house)
    asked = await boss.writes("/whatsapp remove 5511990000001")
    assert rows(house)[0].removed_at is None
    await boss.takes(asked.data("remove"), asked)
    assert rows(house)[0].removed_at is not None
    assert "gone" in asked.text
    assert "no WhatsApp number" in (await boss.writes("/whatsapp")).text


@pytest.mark.parametrize("what", ["restart", "remove"])
async def test_a_number_there_is_not_is_said_to_be_unknown(boss: Somebody, what: str) -> None:
    assert "no number called 999" in (await boss.writes(f"/whatsapp {what} 999")).text
    assert "no number called" in (await boss.writes(f"/whatsapp {what}")).text


async def test_what_cannot_be_understood_is_answered_with_what_can_be_done(boss: Somebody) -> None:
    assert "/whatsapp pair" in (await boss.writes("/whatsapp frobnicate")).text


async def test_another_tenants_numbers_are_neither_seen_nor_touched(house: House, boss: Somebody) -> None:
    theirs = has_number(house, "bakery")
    assert "+5511990000001" not in (await boss.writes("/whatsapp")).text
    assert "no number called" in (await boss.writes("/whatsapp restart 5511990000001")).text
    await boss.takes(f"number:remove:{theirs.id.hex}")
    assert rows(house)[0].removed_at is None


@pytest.mark.parametrize(
    "data", ["number", "number:remove", "number:remove:x", "number:fly:{id}", "number:remove:{id}"]
)
async def test_what_somebody_else_chooses_changes_nothing(house: House, ana: Somebody, data: str) -> None:
    row = has_number(house)
    await ana.takes(data.format(id=row.id.hex))
    then = rows(house)[0]
    assert (then.removed_at, then.state) == (None, WhatsAppState.ONLINE)


async def test_codes_are_not_shown_where_others_read_along(house: House) -> None:
    boss = Somebody(house, house.counter(owners=ADMIN), id="1", in_group=True)
    assert "write to me" in (await boss.writes("/whatsapp pair")).text
    assert rows(house) == []


@pytest.mark.parametrize("state", list(WhatsAppState))
async def test_every_state_is_listed_with_what_to_do(house: House, boss: Somebody, state: WhatsAppState) -> None:
    has_number(house, state=state)
    (line,) = [line for line in (await boss.writes("/whatsapp")).text.splitlines() if "5511990000001:" in line]
    assert len(line) > len("+5511990000001: ")


@pytest.mark.parametrize("detail", list(WhatsAppStateDetail))
async def test_every_detail_is_listed_with_what_to_do(
    house: House, boss: Somebody, detail: WhatsAppStateDetail
) -> None:
    row = has_number(house, state=WhatsAppState.RECONNECTING)
    house.change(lambda session: setattr(session.get_one(WhatsAppSession, row.id), "detail", detail))
    assert "+5511990000001:" in (await boss.writes("/whatsapp")).text


async def test_administrators_hear_that_a_number_stands_still_and_that_it_goes_on_once_each(
    house: House, boss: Somebody
) -> None:
    await boss.writes("/start")
    record = Record(house.db, has_number(house).id)
    seen = len(boss.seen)
    for _ in range(2):
        record.note(Happened.LOGGED_OUT)
        await house.settle()
    assert [shown.text.splitlines()[0] for shown in boss.seen[seen:]] == ["⚠️ WhatsApp +5511990000001 stands still."]
    assert "/whatsapp restart +5511990000001" in boss.last.text
    house.change(
        lambda session: whatsapp.request_restart(session.get_one(WhatsAppSession, record.number), house.time())
    )
    for _ in range(2):
        record.connected(JID, None)
        await house.settle()
    assert [shown.text for shown in boss.seen[seen + 1 :]] == ["✅ WhatsApp +5511990000001 is online again."]


async def test_a_ban_says_until_when(house: House, boss: Somebody) -> None:
    await boss.writes("/start")
    Record(house.db, has_number(house).id).note(Happened.BANNED, banned=3600)
    await house.settle()
    assert "until 2026-11-22 13:00 UTC" in boss.last.text


async def test_a_tenants_own_administrators_hear_of_its_numbers_and_other_tenants_do_not(house: House) -> None:
    baker = Somebody(house, house.counter("bakery-bot", "bakery", owners=frozenset({"memory:2"})), id="2")
    other = Somebody(house, house.counter("other-bot", "other", owners=frozenset({"memory:3"})), id="3")
    for each in (baker, other):
        await each.writes("/start")
    Record(house.db, has_number(house, "bakery").id).note(Happened.LOGGED_OUT)
    await house.settle()
    assert "stands still" in baker.last.text
    assert "stands still" not in other.last.text
