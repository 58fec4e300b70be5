"""`/tenant`: businesses come, are owned, limited, paused and removed, and see nothing of each other."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.secret_leaks import dump_database
from fakes.world.described_files import SUBTITLES, build_picture, build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import SECRET, World
from sqlmodel import Session, select

from bots.core.channel import ChannelError
from models.billing.payments import Subscription
from models.errors import ErrorCode, RequestRejected
from models.identity.people import Account, PauseReason, Person, Tenant
from models.identity.roles import Role
from models.messaging.whatsapp import WhatsAppSession
from pipeline.jobs.entitlements import JobRequirements
from pipeline.kinds.sketch import SKETCH
from pipeline.operations.tenant_lifecycle import TenantLifecycle
from storage.identity import account_secrets
from storage.messaging import telegram_bots
from storage.tenants import tenants

TOKEN = "987654:AAaTokenThatNobodyMayEverReadAgain"
CLOSED = "I'm closed at the moment. Please come back later."


async def confirmed(somebody: FakeUser, command: str) -> ChatMessage:
    """What a command says that asks first, once the answer was yes."""
    asked = await somebody.send_text(command)
    return await somebody.choose(asked.choices[0].data, asked)


def code_of(shown: ChatMessage) -> str:
    found = re.search(r"/start own-\w+", shown.text)
    assert found is not None, shown.text
    return found[0]


def tenant(house: World, name: str = "bakery") -> Tenant:
    with house.db.read_transaction() as session:
        return session.exec(select(Tenant).where(Tenant.name == name)).one()


def change(house: World, name: str = "bakery", **values: object) -> None:
    def set_all(session: Session) -> None:
        row = session.exec(select(Tenant).where(Tenant.name == name)).one()
        for field, value in values.items():
            setattr(row, field, value)

    house.run_in_transaction(set_all)


async def owner_of(team: Team, name: str = "bakery") -> FakeUser:
    """The stranger, who owns a business since."""
    code = code_of(await team.owner.send_text(f"/tenant create {name}"))
    await team.stranger.send_text(code)
    return team.stranger


def customer(house: World, id_: str = "50", name: str = "bakery") -> FakeUser:
    """Somebody who writes to a bot of the business."""
    return FakeUser(house, house.get_account(f"{name}-bot", tenant=name), id=id_, chat=f"{name}-{id_}")


def subscribed(house: World, somebody: FakeUser, status: str = "active") -> None:
    """What Stripe told of their plan last."""
    person, now = somebody.person, house.clock()
    row = Subscription(
        tenant_id=person.tenant_id,
        person_id=person.id,
        external_id="sub_1",
        customer_id="cus_1",
        plan="starter",
        status=status,
        currency="brl",
        period_start=now,
        period_end=now + timedelta(days=30),
    )

    def keep(session: Session) -> None:
        for old in session.exec(select(Subscription)):
            session.delete(old)
        session.flush()
        session.add(row)

    house.run_in_transaction(keep)


async def follow(house: World) -> None:
    TenantLifecycle(house.db, lambda _keys: None).apply_subscriptions()
    await house.deliver_all()


async def test_the_operator_makes_a_business_and_its_owner_takes_it_with_the_code(house: World, team: Team) -> None:
    code = code_of(await team.owner.send_text("/tenant create Bakery"))
    assert "bakery is yours" in (await team.stranger.send_text(code)).text
    assert tenant(house).owner_id == team.stranger.person.id
    assert "Owner: memory:7" in (await team.owner.send_text("/tenant show bakery")).text
    assert "bakery · open" in (await team.stranger.send_text("/tenant")).text


async def test_a_code_makes_one_owner_and_not_for_ever(house: World, team: Team) -> None:
    first = code_of(await team.owner.send_text("/tenant create bakery"))
    await team.stranger.send_text(first)
    assert "not valid" in (await team.support.send_text(first)).text
    second = code_of(await team.owner.send_text("/tenant invite bakery"))
    house.clock.advance(tenants.INVITATION_LIFETIME.total_seconds())
    assert "not valid" in (await team.support.send_text(second)).text
    assert tenant(house).owner_id == team.stranger.person.id


async def test_a_newer_code_makes_the_older_one_void(team: Team) -> None:
    first = code_of(await team.owner.send_text("/tenant create bakery"))
    second = code_of(await team.owner.send_text("/tenant invite bakery"))
    assert "not valid" in (await team.stranger.send_text(first)).text
    assert "is yours" in (await team.stranger.send_text(second)).text


@pytest.mark.parametrize("name", ["", "a", "Bäckerei", "two words", "x" * 31, "-x", "main"])
async def test_a_business_gets_a_name_that_can_be_typed_and_is_free(house: World, team: Team, name: str) -> None:
    await team.owner.send_text(f"/tenant create {name}")
    with house.db.read_transaction() as session:
        assert tenants.list_tenants(session) == []


async def test_only_the_operators_owners_and_the_businesss_own_reach_the_command(team: Team) -> None:
    nothing = (await team.stranger.send_text("/whatever")).text
    for somebody in (team.admin, team.support, team.stranger):
        assert (await somebody.send_text("/tenant create bakery")).text == nothing
    owner = await owner_of(team)
    assert (await owner.send_text("/tenant")).text != nothing
    assert "/tenant" in (await owner.send_text("/help")).text
    for verb in ("pause bakery", "remove bakery", "limits bakery people=1", "create cafe", "list", "show bakery"):
        assert (await owner.send_text(f"/tenant {verb}")).text.startswith("A bot on Telegram: make one")


async def test_one_owner_cannot_touch_anothers_business(house: World, team: Team) -> None:
    await owner_of(team)
    other = FakeUser(house, team.owner.account, id="8")
    await other.send_text("/start")
    await other.send_text(code_of(await team.owner.send_text("/tenant create cafe")))
    assert "no business" in (await other.send_text(f"/tenant token bakery {TOKEN}")).text
    assert "no business" in (await other.send_text("/tenant invite bakery")).text


async def test_whoever_owns_a_business_is_its_bots_owner_under_the_same_id(house: World, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.send_text("/start")
    assert Role.from_stored(there.person.role) is Role.OWNER
    assert "/stats" in (await there.send_text("/help")).text
    stranger = customer(house)
    await stranger.send_text("/start")
    assert stranger.person.role is None


async def test_a_code_said_in_the_businesss_own_chat_makes_that_chat_its_owners(house: World, team: Team) -> None:
    owner = await owner_of(team)
    elsewhere = customer(house, id_="99")
    await elsewhere.send_text("/start")
    assert "owner here" in (await elsewhere.send_text(code_of(await owner.send_text("/tenant invite")))).text
    assert Role.from_stored(elsewhere.person.role) is Role.OWNER
    assert tenant(house).owner_id == owner.person.id


async def test_a_code_of_one_business_opens_no_other(house: World, team: Team) -> None:
    await owner_of(team)
    code = code_of(await team.owner.send_text("/tenant create cafe"))
    there = customer(house)
    assert "not valid" in (await there.send_text(code)).text
    assert there.person.role is None


async def test_who_owned_a_business_before_is_none_of_its_owners_any_more(house: World, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.send_text("/start")
    await team.support.send_text(code_of(await team.owner.send_text("/tenant invite bakery")))
    await there.send_text("/start")
    assert there.person.role is None


async def test_a_token_is_kept_sealed_and_deleted_from_the_chat(house: World, team: Team) -> None:
    owner = await owner_of(team)
    owner.account.channel.capabilities = replace(ALL_CAPABILITIES, can_delete=True)
    told = await owner.send_text(f"/tenant token {TOKEN}")
    assert "kept sealed" in told.text
    assert "deleting your message" in told.text
    assert len(owner.account.channel.deleted_messages) == 1
    with house.db.read_transaction() as session:
        (account,) = telegram_bots.list_for_tenant(session, tenant(house).id)
        assert (account.name, telegram_bots.status_of(account)) == ("987654", "new")
        assert account_secrets.read(SECRET, account) == {"token": TOKEN}
        assert [bot.token for bot in telegram_bots.list_served(session, SECRET)] == [TOKEN]


async def test_nothing_that_is_kept_holds_the_token_in_the_clear(house: World, team: Team) -> None:
    owner = await owner_of(team)
    await owner.send_text(f"/tenant token {TOKEN}")
    assert TOKEN.partition(":")[2] not in dump_database(house.db)


async def test_where_a_message_cannot_be_deleted_its_sender_is_asked_to(team: Team) -> None:
    owner = await owner_of(team)
    assert "Now delete your message" in (await owner.send_text(f"/tenant token {TOKEN}")).text
    owner.account.channel.capabilities = replace(ALL_CAPABILITIES, can_delete=True)
    owner.account.channel.faults["erase"].append(ChannelError("away"))
    assert "kept sealed" in (await owner.send_text(f"/tenant token {TOKEN}")).text


async def test_a_token_that_is_refused_is_deleted_from_the_chat_all_the_same(team: Team) -> None:
    owner = await owner_of(team)
    await owner.send_text(f"/tenant token nobodys {TOKEN}")
    assert len(owner.account.channel.deleted_messages) == 1
    assert "Like this" in (await owner.send_text("/tenant token 12345")).text
    assert len(owner.account.channel.deleted_messages) == 1


async def test_a_bot_works_for_one_business_alone_and_a_business_has_only_so_many(house: World, team: Team) -> None:
    owner = await owner_of(team)
    await owner.send_text(f"/tenant token {TOKEN}")
    await team.owner.send_text("/tenant create cafe")
    assert "another business" in (await team.owner.send_text(f"/tenant token cafe {TOKEN}")).text
    for number in range(telegram_bots.MAX_BOTS_PER_TENANT - 1):
        assert "kept sealed" in (await owner.send_text(f"/tenant token {number + 10000}:{'a' * 35}")).text
    assert "at most" in (await owner.send_text(f"/tenant token 77777:{'a' * 35}")).text
    assert "kept sealed" in (await owner.send_text(f"/tenant token {TOKEN[:-1]}x")).text
    with house.db.read_transaction() as session:
        assert len(telegram_bots.list_for_tenant(session, tenant(house).id)) == telegram_bots.MAX_BOTS_PER_TENANT


async def test_an_owner_without_a_bot_pairs_a_number_from_the_operators_chat(house: World, team: Team) -> None:
    owner = await owner_of(team)
    shown = await owner.send_text("/tenant pair +55 11 98765-4321")
    with house.db.read_transaction() as session:
        row = session.exec(select(WhatsAppSession)).one()
    assert (row.tenant_id, row.phone) == (tenant(house).id, "5511987654321")
    await owner.choose(shown.choices[0].data, shown)
    with house.db.read_transaction() as session:
        assert session.get_one(WhatsAppSession, row.id).pairing_asked_at is None


async def test_a_paused_business_says_one_sentence_and_takes_no_film(house: World, team: Team) -> None:
    owner = await owner_of(team)
    ana = customer(house)
    await ana.send_files(build_picture())
    assert "Pause bakery?" in (await team.owner.send_text("/tenant pause bakery")).text
    assert "open" in (await team.owner.send_text("/tenant show bakery")).text
    assert "bakery is paused" in (await confirmed(team.owner, "/tenant pause bakery")).text
    assert "has paused the bots of bakery" in owner.last_message.text
    for said in (
        await ana.send_text("/start"),
        await ana.send_files(build_picture()),
        await ana.choose("set:"),
        await ana.send_text("?"),
    ):
        assert said.text == CLOSED
    assert len(house.list_jobs()) == 1
    assert house.run_job()
    await house.deliver_all()
    assert ana.last_message.kind == "video"


async def test_no_way_in_can_order_a_film_of_a_paused_business(house: World, team: Team) -> None:
    await owner_of(team)
    ana = customer(house)
    await ana.send_text("/start")
    await confirmed(team.owner, "/tenant pause bakery")
    with house.db.transaction() as session, pytest.raises(RequestRejected) as refused:
        house.pipeline.entitlements.admit(
            session, session.get_one(Person, ana.person.id), JobRequirements(SKETCH, 5), house.clock()
        )
    assert refused.value.code is ErrorCode.PAUSED


async def test_those_in_charge_of_a_paused_business_read_why(house: World, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.send_text("/start")
    await confirmed(team.owner, "/tenant pause bakery")
    assert "paused by the operator" in (await there.send_text("/stats")).text


async def test_a_resumed_business_is_open_and_the_others_were_all_along(house: World, team: Team) -> None:
    await owner_of(team)
    await team.owner.send_text("/tenant create cafe")
    await confirmed(team.owner, "/tenant pause bakery")
    assert (await customer(house, name="cafe").send_text("/start")).text != CLOSED
    await team.owner.send_text("/tenant resume bakery")
    assert (await customer(house).send_text("/start")).text != CLOSED
    assert "is open" in (await team.owner.send_text("/tenant resume bakery")).text


async def test_as_many_films_wait_as_the_operator_allows(house: World, team: Team) -> None:
    await owner_of(team)
    assert "Films waiting: 0 of 1" in (await team.owner.send_text("/tenant limits bakery waiting=1")).text
    await customer(house, "50").send_files(build_picture())
    assert "TENANT_BUSY" in (await customer(house, "51").send_files(build_picture())).text
    house.run_job()
    await customer(house, "51").send_files(build_picture())
    assert len(house.list_jobs()) == 2


async def test_the_films_of_one_message_count_among_those_that_wait(house: World, team: Team) -> None:
    await owner_of(team)
    await team.owner.send_text("/tenant limits bakery waiting=1")
    files, names = (build_video(), SUBTITLES, build_video(20), SUBTITLES), ("a.mp4", "a.srt", "b.mp4", "b.srt")
    assert "TENANT_BUSY" in (await customer(house).send_files(*files, names=names)).text
    assert len(house.list_jobs()) == 1


async def test_as_many_people_are_served_as_the_operator_allows_and_who_came_first_stays(
    house: World, team: Team
) -> None:
    await owner_of(team)
    await team.owner.send_text("/tenant limits bakery people=2")
    for id_ in ("50", "51", "52"):
        await customer(house, id_).send_text("/start")
    assert "TENANT_FULL" in (await customer(house, "52").send_files(build_picture())).text
    await customer(house, "51").send_files(build_picture())
    await team.owner.send_text("/tenant limits bakery people=none")
    await customer(house, "52").send_files(build_picture())
    assert len(house.list_jobs()) == 2


async def test_as_many_files_are_kept_as_the_operator_allows(house: World, team: Team) -> None:
    await owner_of(team)
    await team.owner.send_text("/tenant limits bakery storage=0 waiting=9")
    ana = customer(house)
    assert "TENANT_FULL" in (await ana.send_files(build_picture())).text
    assert "fetch" not in ana.account.channel.calls
    assert "waiting: 0 of 9" in (await team.owner.send_text("/tenant show bakery")).text


@pytest.mark.parametrize("wrong", ["", "bakery", "bakery people", "bakery people=-1", "bakery chairs=4"])
async def test_limits_that_are_not_understood_change_nothing(house: World, team: Team, wrong: str) -> None:
    await owner_of(team)
    assert "Like this" in (await team.owner.send_text(f"/tenant limits {wrong}")).text
    assert tenant(house).limits == {}


async def test_a_business_is_paused_when_its_subscription_lapses_and_goes_on_when_it_is_paid_again(
    house: World, team: Team
) -> None:
    owner = await owner_of(team)
    await follow(house)
    assert tenant(house).paused_at is None, "nobody has to pay who never did"
    subscribed(house, owner)
    await follow(house)
    assert tenant(house).paused_at is None
    subscribed(house, owner, "canceled")
    await follow(house)
    assert tenant(house).pause == PauseReason.LAPSED
    assert "Your plan is over" in owner.last_message.text
    assert (await customer(house).send_text("/start")).text == CLOSED
    before = len(owner.messages)
    await follow(house)
    assert len(owner.messages) == before
    subscribed(house, owner)
    await follow(house)
    assert tenant(house).paused_at is None
    assert "at work again" in owner.last_message.text
    assert (await customer(house).send_text("/start")).text != CLOSED


async def test_a_business_the_operator_lets_go_on_is_not_paused_again_for_the_same_lapse(
    house: World, team: Team
) -> None:
    owner = await owner_of(team)
    subscribed(house, owner)
    await follow(house)
    subscribed(house, owner, "canceled")
    await follow(house)
    await team.owner.send_text("/tenant resume bakery")
    await follow(house)
    assert tenant(house).paused_at is None


async def test_a_payment_opens_nothing_that_the_operator_closed(house: World, team: Team) -> None:
    owner = await owner_of(team)
    await confirmed(team.owner, "/tenant pause bakery")
    subscribed(house, owner)
    await follow(house)
    assert tenant(house).pause == PauseReason.OPERATOR


async def test_a_removed_business_closes_at_once_and_can_be_taken_back_in_its_grace(house: World, team: Team) -> None:
    await owner_of(team)
    ana = customer(house)
    await ana.send_text("/start")
    told = await team.owner.send_text("/tenant remove bakery")
    assert "In 30 days its people (1)" in told.text
    await team.owner.choose(told.choices[0].data, told)
    assert (await ana.send_text("/start")).text == CLOSED
    house.clock.advance(29 * 86400)
    TenantLifecycle(house.db, lambda _keys: None).erase_removed()
    await team.owner.send_text("/tenant resume bakery")
    house.clock.advance(40 * 86400)
    TenantLifecycle(house.db, lambda _keys: None).erase_removed()
    assert (await ana.send_text("/balance")).text != CLOSED


async def test_after_the_grace_nothing_of_a_removed_business_is_left_and_all_of_the_others(
    house: World, team: Team
) -> None:
    await owner_of(team)
    ana, bia = customer(house), customer(house, name="cafe")
    for somebody in (ana, bia):
        await somebody.send_files(build_picture())
    while house.run_job():
        pass
    await house.deliver_all()
    await confirmed(team.owner, "/tenant remove bakery")
    cafe, stored = tenant(house, "cafe").id, _files(house)
    tenancy = TenantLifecycle(house.db, lambda keys: [house.store.delete(key) for key in keys] and None)
    house.clock.advance(31 * 86400)
    tenancy.erase_removed(batch=2)
    assert "no business" in (await team.owner.send_text("/tenant show bakery")).text
    assert _files(house) == stored, "numbers log out first, and bots are let go"
    house.clock.advance(3600)
    tenancy.erase_removed(batch=2)
    with house.db.read_transaction() as session:
        assert session.exec(select(Tenant.name).order_by(Tenant.name)).all() == ["cafe", "main"]
        assert {each.tenant_id for each in session.exec(select(Person))} == {cafe, team.owner.person.tenant_id}
        assert session.exec(select(Account).where(Account.name == "bakery-bot")).all() == []
    assert 0 < len(_files(house)) < len(stored)
    assert (await bia.send_text("/balance")).text


def _files(house: World) -> set[str]:
    return {str(path) for path in (house.folder / "media").rglob("*") if path.is_file()}


async def test_what_was_done_with_businesses_is_written_down_by_id(house: World, team: Team) -> None:
    owner = await owner_of(team)
    await owner.send_text(f"/tenant token {TOKEN}")
    await confirmed(team.owner, "/tenant pause bakery")
    rows = team.list_audit_rows()
    assert [row.action for row in rows] == ["tenant", "tenant-claimed", "tenant", "tenant-pause"]
    assert [row.about.get("verb") for row in rows] == ["create", None, "token", None]
    assert {row.about["tenant"] for row in rows} == {str(tenant(house).id)}
    assert TOKEN not in str([row.about for row in rows])


async def test_a_pause_is_the_owners_to_confirm_and_only_while_they_are_one(house: World, team: Team) -> None:
    await owner_of(team)
    asked = await team.owner.send_text("/tenant pause bakery")
    await team.admin.choose(asked.choices[0].data, asked)
    await team.stranger.choose(asked.choices[0].data, asked)
    assert tenant(house).paused_at is None


async def test_the_list_leads_to_each_business_and_back(team: Team) -> None:
    await owner_of(team)
    shown = await team.owner.send_text("/tenant")
    assert shown.labels == ["bakery · open"]
    one = await team.owner.choose(shown.choices[0].data, shown)
    assert one.id == shown.id
    assert "It has no bot and no number yet." in one.text
    assert (await team.owner.choose(one.get_choice_data("Back"), one)).labels == ["bakery · open"]
