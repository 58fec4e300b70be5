"""One person, many chats: codes between chats, letters to who paid elsewhere, and administrators who part people."""

import asyncio
import re

import pytest
from fakes.email_sender import MemoryEmailSender
from fakes.ledger_checks import assert_ledger_balances
from fakes.memory_channel import ChatMessage
from fakes.memory_provider import MemoryProvider
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser, create_known_user
from fakes.world.world import World
from sqlmodel import Session, select

from bots.billing.context import BillingContext
from bots.billing.customer_search import CustomerSearch
from bots.billing.subscriptions import SubscriptionSync
from bots.core.conversation.email_verification import EmailVerification
from models.billing.credits import LedgerTransaction
from models.identity.codes import EmailLink, OneTimeCode, PersonMerge
from models.identity.people import Person
from models.identity.roles import Role
from models.messaging.deliveries import Delivery
from storage.billing import ledger
from storage.identity import people
from storage.identity.codes import OneTimeCodeService
from storage.tenants import tenants

EMAIL = "ana@example.com"


@pytest.fixture
def postbag() -> MemoryEmailSender:
    return MemoryEmailSender()


@pytest.fixture
def provider(house: World) -> MemoryProvider:
    return MemoryProvider(house.pipeline.entitlements.catalogue, house.clock)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def proofs(house: World, postbag: MemoryEmailSender, provider: MemoryProvider) -> EmailVerification:
    """Those of every desk there is."""
    tenant_id = house.get_account().account.tenant_id
    counter = BillingContext(house.db, provider, house.pipeline.entitlements, tenant_id)
    made = EmailVerification(OneTimeCodeService(b"a key"), postbag, CustomerSearch(SubscriptionSync(counter)).search)
    for name, owners in (("bot", frozenset[str]()), ("page", frozenset({"memory:1"}))):
        house.get_account(name, admin_ids=owners).handler.email_verification = made
    return made


@pytest.fixture
def phone(house: World) -> FakeUser:
    return FakeUser(house, house.get_account())


@pytest.fixture
def page(house: World) -> FakeUser:
    return FakeUser(house, house.get_account("page"), id="70", name="Ana at home")


@pytest.fixture
def boss(house: World) -> FakeUser:
    return FakeUser(house, house.get_account("page"), id="1")


def give(house: World, somebody: FakeUser, amount: int, key: str = "grant:cs_1") -> None:
    def change(session: Session) -> None:
        ledger.grant(session, somebody.person, amount, key=key, now=house.db.clock())

    house.run_in_transaction(change)


def code_in(text: str) -> str:
    found = re.search(r"/link ([A-Z0-9-]+)", text)
    assert found is not None
    return found[1]


async def links(page: FakeUser, code: str) -> ChatMessage:
    """Type a code, and say yes to the question that follows; the message that became of it."""
    asked = await page.send_text(f"/link {code}")
    return await page.choose(asked.get_choice_data("Yes"), asked)


async def joins(phone: FakeUser, page: FakeUser) -> str:
    """Two chats become one; the number of the join."""
    await links(page, code_in((await phone.send_text("/link")).text))
    with page.world.db.read_transaction() as session:
        return session.exec(select(PersonMerge)).one().short_id


async def test_a_code_of_one_chat_typed_in_another_makes_one_person_of_both(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    await page.send_text("/balance")
    give(house, page, 30)
    code = code_in((await phone.send_text("/link")).text)
    told = await links(page, code.lower())
    assert "Your chats are one now. Your balance: 50." in told.text  # both had their free ten
    assert phone.last_message.text == told.text
    assert page.person.id == phone.person.id
    assert "You have 50 credits" in (await phone.send_text("/balance")).text
    assert "You have 50 credits" in (await page.send_text("/balance")).text


async def test_a_code_works_once_and_not_for_its_own_chat(house: World, phone: FakeUser, page: FakeUser) -> None:
    code = code_in((await phone.send_text("/link")).text)
    await links(page, code)
    third_chat = FakeUser(house, house.get_account("page"), id="71")
    assert "no such code" in (await third_chat.send_text(f"/link {code}")).text
    again = code_in((await phone.send_text("/link")).text)
    assert "one already" in (await phone.send_text(f"/link {again}")).text
    third = code_in((await page.send_text("/link")).text)
    assert "one already" in (await phone.send_text(f"/link {third}")).text


async def test_a_code_alone_joins_nothing_and_both_chats_are_named_before_it_is_done(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    asked = await page.send_text(f"/link {code_in((await phone.send_text('/link')).text)}")
    assert "Join this chat (Ana at home, memory:70) with that of Ana, memory:7?" in asked.text
    assert "either can spend them" in asked.text
    assert page.person.id != phone.person.id
    yes = asked.get_choice_data("Yes")
    assert "Nothing was done" in (await phone.choose(yes)).text  # it is the question of the other chat
    house.clock.advance(301)
    assert "Nothing was done" in (await page.choose(yes, asked)).text
    assert page.person.id != phone.person.id


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.ADMIN, Role.OWNER])
async def test_a_chat_with_a_role_is_joined_with_no_other_from_either_side(
    house: World, phone: FakeUser, page: FakeUser, role: Role
) -> None:
    staff = create_known_user(house, house.get_account("office", tenant="main"), "3", role=role)
    house.get_account("office").handler.email_verification = house.get_account().handler.email_verification
    house.get_account("office").handler.admin_ids = frozenset({"memory:3"}) if role is Role.OWNER else frozenset()
    code = code_in((await phone.send_text("/link")).text)
    assert "on the team" in (await staff.send_text(f"/link {code}")).text
    assert "on the team" in (await staff.send_text("/link")).text
    assert (await links(page, code)).text.startswith("🔗")  # it was not used up


async def test_a_role_that_came_after_the_code_or_after_the_question_stops_the_join(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    def promote(session: Session, role: str | None) -> None:
        session.get_one(Person, phone.person.id).role = role

    code = code_in((await phone.send_text("/link")).text)
    house.run_in_transaction(lambda session: promote(session, "support"))
    assert "on the team" in (await page.send_text(f"/link {code}")).text
    house.run_in_transaction(lambda session: promote(session, None))
    asked = await page.send_text(f"/link {code_in((await phone.send_text('/link')).text)}")
    house.run_in_transaction(lambda session: promote(session, "support"))
    assert "on the team" in (await page.choose(asked.get_choice_data("Yes"), asked)).text
    assert page.person.role is None


async def test_who_owns_a_business_is_joined_with_nobody(house: World, phone: FakeUser, page: FakeUser) -> None:
    code = code_in((await phone.send_text("/link")).text)

    def found_bakery(session: Session) -> None:
        people.get_or_create_tenant(session, "bakery").owner_id = phone.person.id

    house.run_in_transaction(found_bakery)
    assert "on the team" in (await page.send_text(f"/link {code}")).text


async def test_a_role_for_somebody_with_several_chats_is_given_only_when_they_were_named(
    phone: FakeUser, page: FakeUser, boss: FakeUser
) -> None:
    await joins(phone, page)
    asked = await boss.send_text("/role memory:7 support")
    assert "memory:7 also writes from memory:70" in asked.text
    assert phone.person.role is None
    await boss.choose(asked.get_choice_data("Yes"), asked)
    assert phone.person.role == "support"


async def test_a_business_is_not_taken_over_in_a_chat_that_is_linked_with_others(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    def invite(session: Session) -> str:
        tenant = tenants.create_tenant(session, "bakery", house.db.clock())
        assert tenant is not None
        return tenants.create_invitation(session, tenant, house.db.clock())

    with house.db.transaction() as session:
        code = invite(session)
    await joins(phone, page)
    assert "joined with memory:70" in (await phone.send_text(f"/start own-{code}")).text
    third = FakeUser(house, house.get_account(), id="99")
    await third.send_text(f"/start own-{code}")
    assert any("bakery" in shown.text for shown in third.messages)


async def test_an_owner_by_the_settings_is_one_in_the_chats_they_name_and_in_no_linked_one(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    await joins(phone, page)
    for name in ("bot", "page"):
        house.get_account(name).handler.admin_ids = frozenset({"memory:7"})
    assert "No tenants" not in (await phone.send_text("/stats")).text
    assert "I make films" in (await page.send_text("/stats")).text
    assert "I make films" not in (await phone.send_text("/stats")).text


async def test_a_code_in_time_is_good_and_late_is_not(house: World, phone: FakeUser, page: FakeUser) -> None:
    code = code_in((await phone.send_text("/link")).text)
    house.clock.advance(600)
    assert "ten minutes are over" in (await page.send_text(f"/link {code}")).text


async def test_a_code_that_is_nearly_right_may_be_tried_five_times(phone: FakeUser, page: FakeUser) -> None:
    code = code_in((await phone.send_text("/link")).text)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    told = [(await page.send_text(f"/link {wrong}")).text for _ in range(5)]
    assert "4 tries left" in told[0]
    assert "one try left" in told[3]
    assert "wrong five times" in told[4]
    assert "wrong five times" in (await page.send_text(f"/link {code}")).text
    assert "no such code" in (await page.send_text("/link ABCD-EFGH-JKMN")).text
    assert "no such code" in (await page.send_text(f"/link {'💥' * 500}")).text


async def test_three_codes_an_hour_are_given(house: World, phone: FakeUser) -> None:
    told = [(await phone.send_text("/link")).text for _ in range(4)]
    assert ["three codes" in text for text in told] == [False, False, False, True]
    house.clock.advance(3600)
    assert "/link " in (await phone.send_text("/link")).text


@pytest.mark.parametrize("text", ["/link", "/link ABCD-EFGH-JKMN", "/email", f"/email {EMAIL}", "/email 123456"])
async def test_in_a_group_nothing_is_said_of_codes(phone: FakeUser, postbag: MemoryEmailSender, text: str) -> None:
    phone.in_group, phone.chat = True, "group"
    assert "between you and me" in (await phone.send_text(text)).text
    assert postbag.emails == []


async def test_fifty_chats_that_type_one_code_at_once_are_one_join(house: World, phone: FakeUser) -> None:
    code = code_in((await phone.send_text("/link")).text)
    crowd = [FakeUser(house, house.get_account("page"), id=f"c{number}") for number in range(50)]
    desk = house.get_account("page").handler
    await asyncio.gather(*(desk.handle(one.build_inbound(text=f"/link {code}")) for one in crowd))
    await house.deliver_all()
    (asked,) = [one for one in crowd if one.last_message.choices]
    yes = asked.last_message.get_choice_data("Yes")
    await asyncio.gather(*(desk.handle(asked.build_inbound(choice=yes)) for _ in range(5)))
    await house.deliver_all()
    with house.db.read_transaction() as session:
        assert len(session.exec(select(PersonMerge)).all()) == 1
        assert len(session.exec(select(Person).where(Person.merged_into_id.is_not(None))).all()) == 1  # type: ignore[union-attr]
        assert_ledger_balances(session)


async def test_a_film_under_way_is_charged_once_and_its_buttons_work_from_both_chats(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    await page.send_files(build_picture())
    await joins(phone, page)
    (job,) = house.list_jobs()
    assert "cancelled" not in (await phone.choose(f"cancel:{job.id.hex}")).text
    assert house.list_jobs()[0].status == "cancelled"
    assert "You have 20 credits" in (await phone.send_text("/balance")).text
    await page.send_files(build_picture())
    assert house.run_job()
    assert "You have 19 credits" in (await phone.send_text("/balance")).text


async def test_cancel_stops_the_films_of_all_chats_of_a_person(house: World, phone: FakeUser, page: FakeUser) -> None:
    await page.send_files(build_picture())
    await joins(phone, page)
    await phone.send_text("/cancel")
    assert [job.status for job in house.list_jobs()] == ["cancelled"]


async def test_an_administrator_takes_two_apart_again(
    house: World, phone: FakeUser, page: FakeUser, boss: FakeUser
) -> None:
    await page.send_text("/balance")
    give(house, page, 30)
    number = await joins(phone, page)
    assert number in (await boss.send_text("/unjoin")).text
    assert "memory:70 → memory:7" in boss.last_message.text
    assert "40 credits went back" in (await boss.send_text(f"/unjoin {number}")).text
    assert "Nothing is joined" in (await boss.send_text("/unjoin 00000000")).text
    assert "Nothing is joined" in (await boss.send_text(f"/unjoin {number}")).text
    assert page.person.id != phone.person.id
    assert "You have 40 credits" in (await page.send_text("/balance")).text
    assert "You have 10 credits" in (await phone.send_text("/balance")).text


async def test_parting_is_for_administrators_of_the_same_business(
    house: World, phone: FakeUser, page: FakeUser
) -> None:
    number = await joins(phone, page)
    assert "I make films" in (await phone.send_text(f"/unjoin {number}")).text
    rival = house.get_account("rival", tenant="rival", admin_ids=frozenset({"memory:1"}))
    assert "Nothing is joined" in (await FakeUser(house, rival, id="1").send_text(f"/unjoin {number}")).text


async def test_a_code_is_of_no_use_at_another_business(
    house: World, phone: FakeUser, proofs: EmailVerification
) -> None:
    rival = house.get_account("rival", tenant="rival")
    rival.handler.email_verification = proofs
    code = code_in((await phone.send_text("/link")).text)
    assert "no such code" in (await FakeUser(house, rival, id="9").send_text(f"/link {code}")).text


async def test_a_plan_bought_elsewhere_comes_with_a_letter_and_its_code(
    phone: FakeUser, postbag: MemoryEmailSender, provider: MemoryProvider
) -> None:
    provider.create_external_subscription(EMAIL)
    assert "six digits" in (await phone.send_text("/email Ana@Example.com")).text
    assert postbag.emails[0].to == EMAIL
    await phone.send_text(postbag.last_code)
    assert any("Your plan here is Pro" in shown.text for shown in phone.messages)
    assert phone.person.plan == "pro"
    assert "500" in (await phone.send_text("/balance")).text
    assert "I make films" in (await phone.send_text(postbag.last_code)).text  # it is a number again


async def test_the_answer_is_the_same_whoever_the_address_belongs_to(
    phone: FakeUser, postbag: MemoryEmailSender, provider: MemoryProvider
) -> None:
    provider.create_external_subscription(EMAIL)
    known = (await phone.send_text(f"/email {EMAIL}")).text
    unknown = (await phone.send_text("/email nobody@example.com")).text
    assert known == unknown
    assert len(postbag.emails) == 2
    assert "customers_by_email" not in provider.calls  # nobody is looked for until the code was right
    assert "Nothing was paid" in (await phone.send_text(f"/email {postbag.last_code}")).text


async def test_wrong_and_used_up_codes_are_told_apart(phone: FakeUser, postbag: MemoryEmailSender) -> None:
    assert "no code to type" in (await phone.send_text("/email 123456")).text
    await phone.send_text(f"/email {EMAIL}")
    wrong = f"{(int(postbag.last_code) + 1) % 10**6:06}"
    told = [(await phone.send_text(wrong)).text for _ in range(5)]
    assert "4 tries left" in told[0]
    assert "wrong five times" in told[4]
    assert "wrong five times" in (await phone.send_text(postbag.last_code)).text


async def test_a_letters_code_is_of_no_use_to_anybody_else(
    phone: FakeUser, page: FakeUser, postbag: MemoryEmailSender
) -> None:
    await phone.send_text(f"/email {EMAIL}")
    assert "no code to type" in (await page.send_text(f"/email {postbag.last_code}")).text
    await page.send_text(f"/email {EMAIL}")
    first, second = (re.findall(r"\d{6}", letter.text)[0] for letter in postbag.emails)
    assert first == second or "That's not the code" in (await page.send_text(first)).text


async def test_three_letters_an_hour_go_to_an_address(
    phone: FakeUser, page: FakeUser, postbag: MemoryEmailSender
) -> None:
    for one in (phone, page, phone):
        assert "six digits" in (await one.send_text(f"/email {EMAIL}")).text
    assert "three codes" in (await page.send_text(f"/email {EMAIL}")).text
    assert len(postbag.emails) == 3


async def test_a_letter_that_could_not_be_sent_is_told_in_its_message(
    phone: FakeUser, postbag: MemoryEmailSender
) -> None:
    postbag.is_broken = True
    shown = await phone.send_text(f"/email {EMAIL}")
    assert "couldn't be sent" in shown.text


@pytest.mark.parametrize("text", ["", " me", " 12345", " a@b", " a@b.de,c@d.fr", " <a@b.de>", f" {'a' * 300}@b.de"])
async def test_what_is_no_address_is_answered_with_how_it_is_done(
    phone: FakeUser, postbag: MemoryEmailSender, text: str
) -> None:
    assert "/email you@example.com" in (await phone.send_text(f"/email{text}")).text
    assert postbag.emails == []


@pytest.mark.parametrize("kept", ["email_sender", "search_customers"])
async def test_without_letters_or_customers_no_address_is_asked_for(
    house: World, proofs: EmailVerification, phone: FakeUser, kept: str
) -> None:
    house.get_account().handler.email_verification = EmailVerification(proofs.codes, **{kept: getattr(proofs, kept)})
    assert "aren't used here" in (await phone.send_text(f"/email {EMAIL}")).text


async def test_of_several_customers_one_is_chosen_by_its_button(
    phone: FakeUser, page: FakeUser, postbag: MemoryEmailSender, provider: MemoryProvider
) -> None:
    provider.create_external_subscription(EMAIL, "plan:starter")
    provider.create_external_subscription(EMAIL, "plan:pro")
    await phone.send_text(f"/email {EMAIL}")
    shown = await phone.send_text(postbag.last_code)
    assert [label.split(",")[0] for label in shown.labels] == ["Starter", "Pro"]
    pro = shown.choices[1].data
    assert "That's over" in (await page.choose(pro)).text
    assert "That's over" in (await phone.choose(pro[:-1] + "7")).text
    await phone.choose(pro, message=shown)
    assert "Your plan here is Pro" in shown.text
    assert phone.person.plan == "pro"
    assert "That's over" in (await phone.choose(pro)).text


@pytest.mark.parametrize("data", ["customer", "customer:", "customer:zz:0", f"customer:{'0' * 32}:0", "customer:💥:💥"])
async def test_hostile_choices_of_a_customer_are_answered(phone: FakeUser, data: str) -> None:
    assert "That's over" in (await phone.choose(data)).text


async def test_neither_codes_nor_addresses_stay_in_the_database(
    house: World, phone: FakeUser, page: FakeUser, postbag: MemoryEmailSender, provider: MemoryProvider
) -> None:
    provider.create_external_subscription(EMAIL)
    await joins(phone, page)
    await phone.send_text(f"/email {EMAIL}")
    await phone.send_text(postbag.last_code)
    with house.db.read_transaction() as session:
        tables = (OneTimeCode, EmailLink, PersonMerge, LedgerTransaction)
        kept = str([row.model_dump() for table in tables for row in session.exec(select(table))])
        told = str([row.message for row in session.exec(select(Delivery))])
    assert "example.com" not in kept
    assert EMAIL not in told
    assert postbag.last_code not in told
    assert postbag.last_code not in kept


async def test_who_was_joined_keeps_one_language_and_one_past(house: World, phone: FakeUser, page: FakeUser) -> None:
    await joins(phone, page)
    await phone.choose("language:pt-BR")
    assert "Você tem" in (await page.send_text("/balance")).text
    with house.db.read_transaction() as session:
        assert len(people.list_merged_ids(session, page.person)) == 2
