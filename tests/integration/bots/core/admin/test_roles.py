"""Who may say what: roles, what they are given by, and that it is written down."""

import dataclasses

import pytest
from fakes.world.users import FakeUser, Team
from fakes.world.world import World

from bots.core.conversation import command_aliases
from bots.core.conversation.commands import COMMANDS, build_menus
from bots.core.roles import Command
from models.identity.people import Person
from models.identity.roles import Role

ADMINS = [command for command in COMMANDS if command.min_role is not Role.PERSON]


async def is_unknown(somebody: FakeUser, command: str) -> bool:
    nothing = (await somebody.send_text("/whatever")).text
    return (await somebody.send_text(command)).text == nothing


@pytest.mark.parametrize("command", ADMINS, ids=lambda command: command.name)
async def test_a_command_is_there_for_its_role_and_those_above_and_for_nobody_else(
    team: Team, command: Command
) -> None:
    is_word = command_aliases.parse_command(command.name)[0] != command.name  # one that people say for another command
    for role in Role:
        if is_word and role < command.min_role:
            continue
        can = role >= command.min_role
        assert await is_unknown(team.user_for(role), f"/{command.name}") is not can, role.name


@pytest.mark.parametrize("command", ADMINS, ids=lambda command: command.name)
async def test_a_button_says_a_command_only_for_who_could_type_it(team: Team, command: Command) -> None:
    nothing = (await team.stranger.send_text("/whatever")).text
    assert (await team.stranger.choose(f"say:{command.name}")).text == nothing


@pytest.mark.parametrize(
    "data", ["say:", "say:start", "say:balance", "say:💣", "say:users\0", "do:", "do:x", "do:" + "0" * 32]
)
async def test_hostile_buttons_do_nothing(team: Team, data: str) -> None:
    before = len(team.list_audit_rows())
    for somebody in (team.stranger, team.support, team.owner):
        await somebody.choose(data)
    assert [row.action for row in team.list_audit_rows()[before:]] in ([], ["users"])


async def test_the_operators_own_commands_are_unknown_to_another_tenants_owner(house: World) -> None:
    theirs = FakeUser(house, house.get_account("theirs", tenant="other", admin_ids=frozenset({"memory:5"})), id="5")
    assert not await is_unknown(theirs, "/queue")
    for command in (command for command in ADMINS if command.is_operator_only):
        assert await is_unknown(theirs, f"/{command.name}"), command.name


async def test_a_tenants_owner_whom_no_setting_names_stays_one(house: World) -> None:
    theirs = FakeUser(house, house.get_account("theirs", tenant="other"), id="5")
    await theirs.send_text("/start")
    house.run_in_transaction(lambda session: setattr(session.get_one(Person, theirs.person.id), "role", "owner"))
    assert not await is_unknown(theirs, "/queue")
    assert theirs.person.role == "owner"


async def test_an_owner_of_the_operator_is_one_while_named_and_a_granted_role_stays(house: World, team: Team) -> None:
    team.owner.account.handler = house.create_handler(team.owner.account.account, team.owner.account.channel)
    assert await is_unknown(team.owner, "/queue")
    assert not await is_unknown(team.admin, "/stats")
    assert (team.owner.person.role, team.admin.person.role) == (None, "admin")


async def test_a_role_is_given_and_taken_below_ones_own(team: Team) -> None:
    assert "admin" in (await team.owner.send_text("/role memory:7 admin")).text
    assert team.stranger.person.role == "admin"
    assert "above" in (await team.admin.send_text("/role memory:7 none")).text
    assert "above" in (await team.admin.send_text("/role memory:3 admin")).text
    assert "above" in (await team.admin.send_text("/role memory:2 none")).text
    assert "above" in (await team.owner.send_text("/role memory:1 support")).text
    assert (team.stranger.person.role, team.support.person.role) == ("admin", "support")
    await team.owner.send_text("/role memory:7 none")
    assert team.stranger.person.role is None
    await team.admin.send_text("/role memory:7 support")
    assert team.stranger.person.role == "support"


async def test_roles_are_listed_and_what_cannot_be_read_is_answered_with_the_form(team: Team) -> None:
    listed = (await team.admin.send_text("/role")).text
    assert all(line in listed for line in ("owner: memory:1", "admin: memory:2", "support: memory:3"))
    for wrong in ("memory:7", "memory:7 king", "memory:7 admin now"):
        assert "Like this" in (await team.admin.send_text(f"/role {wrong}")).text
    assert "don't know" in (await team.admin.send_text("/role memory:404 support")).text


async def test_what_was_carried_out_is_written_down_with_who_and_about_whom(team: Team) -> None:
    await team.owner.send_text("/role memory:7 support")
    (row,) = team.list_audit_rows()
    assert (row.action, row.actor_id, row.tenant_id) == ("role", team.owner.person.id, team.owner.person.tenant_id)
    assert row.about == {"person": str(team.stranger.person.id), "role": 1}


async def test_what_was_not_understood_or_not_allowed_is_not_written_down(team: Team) -> None:
    await team.admin.send_text("/grant memory:7")
    await team.admin.send_text("/grant memory:404 10")
    await team.admin.send_text("/role memory:1 none")
    await team.stranger.send_text("/grant memory:7 10")
    await team.admin.send_text("/ban memory:7")  # it only asks
    assert team.list_actions() == []


async def test_the_audit_holds_no_words_of_people(team: Team) -> None:
    await team.support.send_text("/user memory:7 called +55 11 99999 0000")
    await team.admin.send_text("/promo create HELLO2026 5 10")
    await team.admin.send_text("/users Ana")
    kept = " ".join(str(row.about) for row in team.list_audit_rows())
    assert team.list_actions() == ["user", "promo", "users"]
    assert not any(word in kept for word in ("99999", "HELLO2026", "Ana"))
    assert "'verb': 'create'" in kept


@pytest.mark.parametrize("arguments", ["create\tHELLO2026 5 10", "CREATE HELLO2026 5 10", " create  HELLO2026 5 10"])
async def test_the_audit_names_the_verb_that_was_carried_out_however_it_was_written(team: Team, arguments: str) -> None:
    assert "HELLO2026 gives 5 credits" in (await team.admin.send_text(f"/promo {arguments}")).text
    assert team.list_audit_rows()[-1].about["verb"] == "create"


async def test_where_others_read_along_nothing_is_told_or_done(team: Team) -> None:
    team.admin.in_group = True
    assert "private chat" in (await team.admin.send_text("/user memory:7")).text
    assert team.list_actions() == []


async def test_help_tells_who_has_a_role_what_it_lets_them_do(team: Team) -> None:
    await team.support.send_text("/help")
    lines = team.support.last_message.text
    assert "/users" in lines
    assert "/grant" not in lines
    await team.owner.send_text("/help")
    assert all(f"/{command.name} " in team.owner.last_message.text for command in ADMINS)
    assert "/users" not in (await team.stranger.send_text("/help")).text


def test_menus_hold_what_a_role_may_say_and_no_more() -> None:
    shown, theirs = build_menus(), build_menus(is_operator=False)
    names = {role: {each.name for each in shown.by_role[role]["en"]} for role in shown.by_role}
    assert names[Role.SUPPORT] < names[Role.ADMIN] <= names[Role.OWNER] == {command.name for command in ADMINS}
    assert "workers" not in {each.name for each in theirs.by_role[Role.OWNER]["en"]}
    assert not names[Role.OWNER] & {each.name for each in shown.public["en"]}


async def test_a_word_people_say_for_another_command_is_a_command_with_its_slash(team: Team) -> None:
    assert "plan:starter" in (await team.admin.send_text("/price")).text
    assert "plan:starter" not in (await team.stranger.send_text("/price")).text


async def test_on_a_page_of_ones_own_the_owner_has_everything(house: World) -> None:
    local = FakeUser(house, house.get_account("page", admin_ids=frozenset({"*"})), id="local")
    assert not await is_unknown(local, "/workers")
    assert dataclasses.replace(local).person.role == "owner"
