"""`/tenant`: businesses come, are owned, limited, paused and removed, and see nothing of each other."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.channels import EVERYTHING, Shown
from fakes.house import SECRET, House, Somebody, picture
from fakes.leaks import everything_kept
from fakes.team import Team
from sqlmodel import Session, select

from bots.core.channel import ChannelError
from models.billing.payments import Subscription
from models.errors import ErrorCode, RequestRejected
from models.identity.people import Account, PauseReason, Person, Tenant
from models.identity.roles import Role
from models.messaging.whatsapp import WhatsAppSession
from pipeline.jobs.entitlements import JobRequirements
from pipeline.operations.tenant_lifecycle import TenantLifecycle
from storage.identity import account_secrets
from storage.messaging import telegram_bots
from storage.tenants import tenants

TOKEN = "987654:AAaTokenThatNobodyMayEverReadAgain"
CLOSED = "I'm closed at the moment. Please come back later."


async def confirmed(somebody: Somebody, command: str) -> Shown:
    """What a command says that asks first, once the answer was yes."""
    asked = await somebody.writes(command)
    return await somebody.takes(asked.choices[0].data, asked)


def code_of(shown: Shown) -> str:
    found = re.search(r"/start own-\w+", shown.text)
    assert found is not None, shown.text
    return found[0]


def tenant(house: House, name: str = "bakery") -> Tenant:
    with house.db.read_transaction() as session:
        return session.exec(select(Tenant).where(Tenant.name == name)).one()


def change(house: House, name: str = "bakery", **values: object) -> None:
    def set_all(session: Session) -> None:
        row = session.exec(select(Tenant).where(Tenant.name == name)).one()
        for field, value in values.items():
            setattr(row, field, value)

    house.change(set_all)


async def owner_of(team: Team, name: str = "bakery") -> Somebody:
    """The stranger, who owns a business since."""
    code = code_of(await team.owner.writes(f"/tenant create {name}"))
    await team.stranger.writes(code)
    return team.stranger


def customer(house: House, id_: str = "50", name: str = "bakery") -> Somebody:
    """Somebody who writes to a bot of the business."""
    return Somebody(house, house.counter(f"{name}-bot", tenant=name), id=id_, chat=f"{name}-{id_}")


def subscribed(house: House, somebody: Somebody, status: str = "active") -> None:
    """What Stripe told of their plan last."""
    person, now = somebody.row, house.time()
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

    house.change(keep)


async def follow(house: House) -> None:
    TenantLifecycle(house.db, lambda _keys: None).apply_subscriptions()
    await house.settle()


async def test_the_operator_makes_a_business_and_its_owner_takes_it_with_the_code(house: House, team: Team) -> None:
    code = code_of(await team.owner.writes("/tenant create Bakery"))
    assert "bakery is yours" in (await team.stranger.writes(code)).text
    assert tenant(house).owner_id == team.stranger.row.id
    assert "Owner: memory:7" in (await team.owner.writes("/tenant show bakery")).text
    assert "bakery · open" in (await team.stranger.writes("/tenant")).text


async def test_a_code_makes_one_owner_and_not_for_ever(house: House, team: Team) -> None:
    first = code_of(await team.owner.writes("/tenant create bakery"))
    await team.stranger.writes(first)
    assert "not valid" in (await team.support.writes(first)).text
    second = code_of(await team.owner.writes("/tenant invite bakery"))
    house.time.forward(tenants.INVITATION_LIFETIME.total_seconds())
    assert "not valid" in (await team.support.writes(second)).text
    assert tenant(house).owner_id == team.stranger.row.id


async def test_a_newer_code_makes_the_older_one_void(team: Team) -> None:
    first = code_of(await team.owner.writes("/tenant create bakery"))
    second = code_of(await team.owner.writes("/tenant invite bakery"))
    assert "not valid" in (await team.stranger.writes(first)).text
    assert "is yours" in (await team.stranger.writes(second)).text


@pytest.mark.parametrize("name", ["", "a", "Bäckerei", "two words", "x" * 31, "-x", "main"])
async def test_a_business_gets_a_name_that_can_be_typed_and_is_free(house: House, team: Team, name: str) -> None:
    await team.owner.writes(f"/tenant create {name}")
    with house.db.read_transaction() as session:
        assert tenants.list_tenants(session) == []


async def test_only_the_operators_owners_and_the_businesss_own_reach_the_command(team: Team) -> None:
    nothing = (await team.stranger.writes("/whatever")).text
    for somebody in (team.admin, team.support, team.stranger):
        assert (await somebody.writes("/tenant create bakery")).text == nothing
    owner = await owner_of(team)
    assert (await owner.writes("/tenant")).text != nothing
    assert "/tenant" in (await owner.writes("/help")).text
    for verb in ("pause bakery", "remove bakery", "limits bakery people=1", "create cafe", "list", "show bakery"):
        assert (await owner.writes(f"/tenant {verb}")).text.startswith("A bot on Telegram: make one")


async def test_one_owner_cannot_touch_anothers_business(house: House, team: Team) -> None:
    await owner_of(team)
    other = Somebody(house, team.owner.counter, id="8")
    await other.writes("/start")
    await other.writes(code_of(await team.owner.writes("/tenant create cafe")))
    assert "no business" in (await other.writes(f"/tenant token bakery {TOKEN}")).text
    assert "no business" in (await other.writes("/tenant invite bakery")).text


async def test_whoever_owns_a_business_is_its_bots_owner_under_the_same_id(house: House, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.writes("/start")
    assert Role.from_stored(there.row.role) is Role.OWNER
    assert "/stats" in (await there.writes("/help")).text
    stranger = customer(house)
    await stranger.writes("/start")
    assert stranger.row.role is None


async def test_a_code_said_in_the_businesss_own_chat_makes_that_chat_its_owners(house: House, team: Team) -> None:
    owner = await owner_of(team)
    elsewhere = customer(house, id_="99")
    await elsewhere.writes("/start")
    assert "owner here" in (await elsewhere.writes(code_of(await owner.writes("/tenant invite")))).text
    assert Role.from_stored(elsewhere.row.role) is Role.OWNER
    assert tenant(house).owner_id == owner.row.id


async def test_a_code_of_one_business_opens_no_other(house: House, team: Team) -> None:
    await owner_of(team)
    code = code_of(await team.owner.writes("/tenant create cafe"))
    there = customer(house)
    assert "not valid" in (await there.writes(code)).text
    assert there.row.role is None


async def test_who_owned_a_business_before_is_none_of_its_owners_any_more(house: House, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.writes("/start")
    await team.support.writes(code_of(await team.owner.writes("/tenant invite bakery")))
    await there.writes("/start")
    assert there.row.role is None


async def test_a_token_is_kept_sealed_and_deleted_from_the_chat(house: House, team: Team) -> None:
    owner = await owner_of(team)
    owner.counter.channel.capabilities = replace(EVERYTHING, can_delete=True)
    told = await owner.writes(f"/tenant token {TOKEN}")
    assert "kept sealed" in told.text
    assert "deleting your message" in told.text
    assert len(owner.counter.channel.erased) == 1
    with house.db.read_transaction() as session:
        (account,) = telegram_bots.list_for_tenant(session, tenant(house).id)
        assert (account.name, telegram_bots.status_of(account)) == ("987654", "new")
        assert account_secrets.read(SECRET, account) == {"token": TOKEN}
        assert [bot.token for bot in telegram_bots.list_served(session, SECRET)] == [TOKEN]


async def test_nothing_that_is_kept_holds_the_token_in_the_clear(house: House, team: Team) -> None:
    owner = await owner_of(team)
    await owner.writes(f"/tenant token {TOKEN}")
    assert TOKEN.partition(":")[2] not in everything_kept(house.db)


async def test_where_a_message_cannot_be_deleted_its_sender_is_asked_to(team: Team) -> None:
    owner = await owner_of(team)
    assert "Now delete your message" in (await owner.writes(f"/tenant token {TOKEN}")).text
    owner.counter.channel.capabilities = replace(EVERYTHING, can_delete=True)
    owner.counter.channel.faults["erase"].append(ChannelError("away"))
    assert "kept sealed" in (await owner.writes(f"/tenant token {TOKEN}")).text


async def test_a_token_that_is_refused_is_deleted_from_the_chat_all_the_same(team: Team) -> None:
    owner = await owner_of(team)
    await owner.writes(f"/tenant token nobodys {TOKEN}")
    assert len(owner.counter.channel.erased) == 1
    assert "Like this" in (await owner.writes("/tenant token 12345")).text
    assert len(owner.counter.channel.erased) == 1


async def test_a_bot_works_for_one_business_alone_and_a_business_has_only_so_many(house: House, team: Team) -> None:
    owner = await owner_of(team)
    await owner.writes(f"/tenant token {TOKEN}")
    await team.owner.writes("/tenant create cafe")
    assert "another business" in (await team.owner.writes(f"/tenant token cafe {TOKEN}")).text
    for number in range(telegram_bots.MAX_BOTS_PER_TENANT - 1):
        assert "kept sealed" in (await owner.writes(f"/tenant token {number + 10000}:{'a' * 35}")).text
    assert "at most" in (await owner.writes(f"/tenant token 77777:{'a' * 35}")).text
    assert "kept sealed" in (await owner.writes(f"/tenant token {TOKEN[:-1]}x")).text
    with house.db.read_transaction() as session:
        assert len(telegram_bots.list_for_tenant(session, tenant(house).id)) == telegram_bots.MAX_BOTS_PER_TENANT


async def test_an_owner_without_a_bot_pairs_a_number_from_the_operators_chat(house: House, team: Team) -> None:
    owner = await owner_of(team)
    shown = await owner.writes("/tenant pair +55 11 98765-4321")
    with house.db.read_transaction() as session:
        row = session.exec(select(WhatsAppSession)).one()
    assert (row.tenant_id, row.phone) == (tenant(house).id, "5511987654321")
    await owner.takes(shown.choices[0].data, shown)
    with house.db.read_transaction() as session:
        assert session.get_one(WhatsAppSession, row.id).pairing_asked_at is None


async def test_a_paused_business_says_one_sentence_and_takes_no_film(house: House, team: Team) -> None:
    owner = await owner_of(team)
    ana = customer(house)
    await ana.sends(picture())
    assert "Pause bakery?" in (await team.owner.writes("/tenant pause bakery")).text
    assert "open" in (await team.owner.writes("/tenant show bakery")).text
    assert "bakery is paused" in (await confirmed(team.owner, "/tenant pause bakery")).text
    assert "has paused the bots of bakery" in owner.last.text
    for said in (
        await ana.writes("/start"),
        await ana.sends(picture()),
        await ana.takes("set:"),
        await ana.writes("?"),
    ):
        assert said.text == CLOSED
    assert len(house.jobs()) == 1
    assert house.work()
    await house.settle()
    assert ana.last.manner == "video"


async def test_no_way_in_can_order_a_film_of_a_paused_business(house: House, team: Team) -> None:
    await owner_of(team)
    ana = customer(house)
    await ana.writes("/start")
    await confirmed(team.owner, "/tenant pause bakery")
    with house.db.transaction() as session, pytest.raises(RequestRejected) as refused:
        house.pipeline.entitlements.admit(
            session, session.get_one(Person, ana.row.id), JobRequirements(5), house.time()
        )
    assert refused.value.code is ErrorCode.PAUSED


async def test_those_in_charge_of_a_paused_business_read_why(house: House, team: Team) -> None:
    owner = await owner_of(team)
    there = customer(house, id_=owner.id)
    await there.writes("/start")
    await confirmed(team.owner, "/tenant pause bakery")
    assert "paused by the operator" in (await there.writes("/stats")).text


async def test_a_resumed_business_is_open_and_the_others_were_all_along(house: House, team: Team) -> None:
    await owner_of(team)
    await team.owner.writes("/tenant create cafe")
    await confirmed(team.owner, "/tenant pause bakery")
    assert (await customer(house, name="cafe").writes("/start")).text != CLOSED
    await team.owner.writes("/tenant resume bakery")
    assert (await customer(house).writes("/start")).text != CLOSED
    assert "is open" in (await team.owner.writes("/tenant resume bakery")).text


async def test_as_many_films_wait_as_the_operator_allows(house: House, team: Team) -> None:
    await owner_of(team)
    assert "Films waiting: 0 of 1" in (await team.owner.writes("/tenant limits bakery waiting=1")).text
    await customer(house, "50").sends(picture())
    assert "TENANT_BUSY" in (await customer(house, "51").sends(picture())).text
    house.work()
    await customer(house, "51").sends(picture())
    assert len(house.jobs()) == 2


async def test_as_many_people_are_served_as_the_operator_allows_and_who_came_first_stays(
    house: House, team: Team
) -> None:
    await owner_of(team)
    await team.owner.writes("/tenant limits bakery people=2")
    for id_ in ("50", "51", "52"):
        await customer(house, id_).writes("/start")
    assert "TENANT_FULL" in (await customer(house, "52").sends(picture())).text
    await customer(house, "51").sends(picture())
    await team.owner.writes("/tenant limits bakery people=none")
    await customer(house, "52").sends(picture())
    assert len(house.jobs()) == 2


async def test_as_many_files_are_kept_as_the_operator_allows(house: House, team: Team) -> None:
    await owner_of(team)
    await team.owner.writes("/tenant limits bakery storage=0 waiting=9")
    ana = customer(house)
    assert "TENANT_FULL" in (await ana.sends(picture())).text
    assert "fetch" not in ana.counter.channel.calls
    assert "waiting: 0 of 9" in (await team.owner.writes("/tenant show bakery")).text


@pytest.mark.parametrize("wrong", ["", "bakery", "bakery people", "bakery people=-1", "bakery chairs=4"])
async def test_limits_that_are_not_understood_change_nothing(house: House, team: Team, wrong: str) -> None:
    await owner_of(team)
    assert "Like this" in (await team.owner.writes(f"/tenant limits {wrong}")).text
    assert tenant(house).limits == {}


async def test_a_business_is_paused_when_its_subscription_lapses_and_goes_on_when_it_is_paid_again(
    house: House, team: Team
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
    assert "Your plan is over" in owner.last.text
    assert (await customer(house).writes("/start")).text == CLOSED
    before = len(owner.seen)
    await follow(house)
    assert len(owner.seen) == before
    subscribed(house, owner)
    await follow(house)
    assert tenant(house).paused_at is None
    assert "at work again" in owner.last.text
    assert (await customer(house).writes("/start")).text != CLOSED


async def test_a_business_the_operator_lets_go_on_is_not_paused_again_for_the_same_lapse(
    house: House, team: Team
) -> None:
    owner = await owner_of(team)
    subscribed(house, owner)
    await follow(house)
    subscribed(house, owner, "canceled")
    await follow(house)
    await team.owner.writes("/tenant resume bakery")
    await follow(house)
    assert tenant(house).paused_at is None


async def test_a_payment_opens_nothing_that_the_operator_closed(house: House, team: Team) -> None:
    owner = await owner_of(team)
    await confirmed(team.owner, "/tenant pause bakery")
    subscribed(house, owner)
    await follow(house)
    assert tenant(house).pause == PauseReason.OPERATOR


async def test_a_removed_business_closes_at_once_and_can_be_taken_back_in_its_grace(house: House, team: Team) -> None:
    await owner_of(team)
    ana = customer(house)
    await ana.writes("/start")
    told = await team.owner.writes("/tenant remove bakery")
    assert "In 30 days its people (1)" in told.text
    await team.owner.takes(told.choices[0].data, told)
    assert (await ana.writes("/start")).text == CLOSED
    house.time.forward(29 * 86400)
    TenantLifecycle(house.db, lambda _keys: None).erase_removed()
    await team.owner.writes("/tenant resume bakery")
    house.time.forward(40 * 86400)
    TenantLifecycle(house.db, lambda _keys: None).erase_removed()
    assert (await ana.writes("/balance")).text != CLOSED


async def test_after_the_grace_nothing_of_a_removed_business_is_left_and_all_of_the_others(
    house: House, team: Team
) -> None:
    await owner_of(team)
    ana, bia = customer(house), customer(house, name="cafe")
    for somebody in (ana, bia):
        await somebody.sends(picture())
    while house.work():
        pass
    await house.settle()
    await confirmed(team.owner, "/tenant remove bakery")
    cafe, stored = tenant(house, "cafe").id, _files(house)
    tenancy = TenantLifecycle(house.db, lambda keys: [house.store.delete(key) for key in keys] and None)
    house.time.forward(31 * 86400)
    tenancy.erase_removed(batch=2)
    assert "no business" in (await team.owner.writes("/tenant show bakery")).text
    assert _files(house) == stored, "numbers log out first, and bots are let go"
    house.time.forward(3600)
    tenancy.erase_removed(batch=2)
    with house.db.read_transaction() as session:
        assert session.exec(select(Tenant.name).order_by(Tenant.name)).all() == ["cafe", "main"]
        assert {each.tenant_id for each in session.exec(select(Person))} == {cafe, team.owner.row.tenant_id}
        assert session.exec(select(Account).where(Account.name == "bakery-bot")).all() == []
    assert 0 < len(_files(house)) < len(stored)
    assert (await bia.writes("/balance")).text


def _files(house: House) -> set[str]:
    return {str(path) for path in (house.folder / "media").rglob("*") if path.is_file()}


async def test_what_was_done_with_businesses_is_written_down_by_id(house: House, team: Team) -> None:
    owner = await owner_of(team)
    await owner.writes(f"/tenant token {TOKEN}")
    await confirmed(team.owner, "/tenant pause bakery")
    rows = team.audited()
    assert [row.action for row in rows] == ["tenant", "tenant-claimed", "tenant", "tenant-pause"]
    assert [row.about.get("verb") for row in rows] == ["create", None, "token", None]
    assert {row.about["tenant"] for row in rows} == {str(tenant(house).id)}
    assert TOKEN not in str([row.about for row in rows])


async def test_a_pause_is_the_owners_to_confirm_and_only_while_they_are_one(house: House, team: Team) -> None:
    await owner_of(team)
    asked = await team.owner.writes("/tenant pause bakery")
    await team.admin.takes(asked.choices[0].data, asked)
    await team.stranger.takes(asked.choices[0].data, asked)
    assert tenant(house).paused_at is None


async def test_the_list_leads_to_each_business_and_back(team: Team) -> None:
    await owner_of(team)
    shown = await team.owner.writes("/tenant")
    assert shown.labels == ["bakery · open"]
    one = await team.owner.takes(shown.choices[0].data, shown)
    assert one.id == shown.id
    assert "It has no bot and no number yet." in one.text
    assert (await team.owner.takes(one.data("Back"), one)).labels == ["bakery · open"]
