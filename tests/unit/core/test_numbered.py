"""Menus as numbered lines."""

from bots.core.channel import Choice, Text
from bots.core.numbered import listed


def test_choices_are_counted_through_all_rows_and_links_stand_with_their_address() -> None:
    rows = (
        (Choice("a", "🔁 Again"), Choice("b", "⬇️ File")),
        (Choice("", "💳 Pay R$ 19,90", "https://pay.example/1"),),
        (Choice("c", "« Back"),),
    )
    assert listed(Text("Here it is.", rows)) == (
        "Here it is.\n\n1) 🔁 Again\n2) ⬇️ File\n💳 Pay R$ 19,90: https://pay.example/1\n3) « Back"
    )


def test_a_message_without_choices_is_itself_and_one_without_words_its_choices() -> None:
    assert listed(Text("Hello")) == "Hello"
    assert listed(Text("", ((Choice("a", "Yes"),),))) == "1) Yes"
