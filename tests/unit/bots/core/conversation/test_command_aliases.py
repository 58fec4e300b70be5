"""Plain words in place of commands, and the wish to hear nothing more."""

import pytest

from bots.core.conversation import command_aliases, commands
from models.identity.roles import Role


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("/balance", "balance", ""),
        ("balance", "balance", ""),
        ("Saldo", "balance", ""),
        ("  saldo?! ", "balance", ""),
        ("Créditos", "balance", ""),
        ("PLANOS", "plans", ""),
        ("planes", "plans", ""),
        ("Ajuda!", "help", ""),
        ("ayuda", "help", ""),
        ("Menu", "help", ""),
        ("cancelar", "cancel", ""),
        ("Olá 👋", "start", ""),
        ("bom dia", "start", ""),
        ("¡Hola!", "start", ""),
        ("resgatar ABC-123", "redeem", "ABC-123"),
        ("Código abc", "redeem", "abc"),
        ("/redeem  ABC", "redeem", "ABC"),
        ("vincular", "link", ""),
        ("/saldo", "balance", ""),
    ],
)
def test_a_command_goes_by_its_name_and_by_words_of_three_languages(said: str, name: str, arguments: str) -> None:
    assert command_aliases.parse_command(said.strip()) == (name, arguments)


@pytest.mark.parametrize("said", ["saldo do banco", "buy me a beer", "menu do dia", "ola ola ola", "", "/", "💣"])
def test_a_sentence_that_only_holds_such_a_word_asks_for_nothing(said: str) -> None:
    known = {command.name for command in commands.list_commands()}
    assert command_aliases.parse_command(said)[0] not in known


@pytest.mark.parametrize("said", ["STOP", "stop.", "Parar", "pare!", "SAIR", "Baja", "Descadastrar"])
def test_the_wish_to_hear_nothing_more_is_one_word(said: str) -> None:
    assert command_aliases.is_opt_out(said)


@pytest.mark.parametrize("said", ["don't stop", "sair do plano", "cancelar", "", "parada"])
def test_other_words_are_no_wish_to_hear_nothing_more(said: str) -> None:
    assert not command_aliases.is_opt_out(said)


def test_every_word_stands_for_a_command_there_is_and_for_one_only() -> None:
    table, known = command_aliases.load_aliases(), {command.name for command in commands.COMMANDS}
    assert {*table.alone, *table.leading} <= known
    alone = [word for theirs in table.alone.values() for word in theirs]
    leading = [word for theirs in table.leading.values() for word in theirs]
    everything = [*alone, *leading, *table.opt_out["words"]]
    assert len(everything) == len(set(everything))
    assert [command_aliases.normalize(word) for word in everything] == everything
    for_people = {command.name for command in commands.list_commands() if command.min_role is Role.PERSON}
    assert not for_people & set(everything)  # one for administrators is reached by its slash
