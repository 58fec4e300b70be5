"""Menus as numbered lines."""

from bots.core.channel import Choice, RenderedMessage
from bots.core.delivery.text_menus import render_with_choices


def test_choices_are_counted_through_all_rows_and_links_stand_with_their_address() -> None:
    rows = (
        (Choice("a", "🔁 Again"), Choice("b", "⬇️ File")),
        (Choice("", "💳 Pay R$ 19,90", "https://pay.example/1"),),
        (Choice("c", "« Back"),),
    )
    assert render_with_choices(RenderedMessage("Here it is.", rows)) == (
        "Here it is.\n\n1) 🔁 Again\n2) ⬇️ File\n💳 Pay R$ 19,90: https://pay.example/1\n3) « Back"
    )


def test_a_message_without_choices_is_itself_and_one_without_words_its_choices() -> None:
    assert render_with_choices(RenderedMessage("Hello")) == "Hello"
    assert render_with_choices(RenderedMessage("", ((Choice("a", "Yes"),),))) == "1) Yes"
