"""From messages in no language to texts in a person's language."""

from bots.core.channel import Choice, Text
from bots.locales import say
from models.deliveries import Message, Wording


def text_of(message: Message, language: str, *, reply_to: str | None = None) -> Text:
    """A message as one language puts it."""
    rows = tuple(
        tuple(Choice(choice.data, phrase(choice.label, language), choice.url) for choice in row)
        for row in message.choices
    )
    return Text("\n".join(phrase(wording, language) for wording in message.paragraphs), rows, reply_to)


def phrase(wording: Wording, language: str) -> str:
    """One sentence."""
    values = dict(wording.values)
    if wording.inner is not None:
        values["value"] = phrase(wording.inner, language)
    return say(language, wording.key, values)
