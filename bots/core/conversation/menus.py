"""Menus of /settings and /language: pure functions from a user's tastes to messages."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bots.core.context import choice_for, text_for
from bots.core.conversation.features.registry import list_group, list_settings
from bots.core.conversation.features.settings import Setting, Tastes, find_opposite, is_changed, is_switched_on
from bots.locales import LANGUAGE_NAMES, LANGUAGES
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText

CHOICES_PER_ROW = 3  # choices side by side


def build_settings_menu(
    tastes: Tastes,
    edited_message_id: str | None = None,
    own_labels: Mapping[str, TranslatedText] = MappingProxyType({}),
    *,
    has_chat_model: bool = True,
) -> Message:
    """Build the menu of the settings with their values; `own_labels`, by setting, are those of the tenant alone."""
    listed = [each for each in list_settings() if each.is_listed and (has_chat_model or not each.needs_chat_model)]
    rows = {
        setting.group or setting.name: _build_group_row(setting.group, tastes)
        if setting.group
        else _build_row(setting, own_labels.get(setting.name) or setting.find_chosen(tastes).label)
        for setting in listed
    }
    return Message(paragraphs=(text_for("settings"),), choices=tuple(rows.values()), edits=edited_message_id)


def _build_row(setting: Setting, value: TranslatedText) -> tuple[TranslatedChoice]:
    label = TranslatedText(key=f"setting-{setting.name}", inner=value)
    return (TranslatedChoice(data=setting.menu or f"set:{setting.name}", label=label),)


def _build_group_row(group: str, tastes: Tastes) -> tuple[TranslatedChoice]:
    count = sum(is_changed(setting, tastes) for setting in list_group(group))
    return (choice_for(f"set:{group}", f"setting-{group}", count=count),)


def build_group_menu(
    group: str, tastes: Tastes, edited_message_id: str | None, *, has_chat_model: bool = True
) -> Message:
    """Build the menu of a group: a switch is switched by its row, in place, another setting's row opens the menu of its
    values; with a button back.
    """
    rows = [_build_group_member(setting, tastes) for setting in list_group(group, has_chat_model=has_chat_model)]
    back = (choice_for("set", "choice-back"),)
    return Message(paragraphs=(text_for(f"setting-choose-{group}"),), choices=(*rows, back), edits=edited_message_id)


def _build_group_member(setting: Setting, tastes: Tastes) -> tuple[TranslatedChoice]:
    if setting.is_switch:
        return (_build_switch(setting, tastes),)
    return _build_row(setting, setting.find_chosen(tastes).label)


def _build_switch(setting: Setting, tastes: Tastes) -> TranslatedChoice:
    choice = choice_for(f"set:{setting.name}={find_opposite(setting, tastes).value}", f"edit-{setting.name}")
    return mark_chosen(choice, is_chosen=is_switched_on(setting, tastes))


def build_setting_menu(setting: Setting, tastes: Tastes, edited_message_id: str | None) -> Message:
    """Build the menu of one setting's values, the present one marked, with a button back."""
    current = setting.find_chosen(tastes)
    choices = [
        mark_chosen(
            TranslatedChoice(data=f"set:{setting.name}={each.value}", label=each.label), is_chosen=each == current
        )
        for each in setting.list_values()
    ]
    back = choice_for(f"set:{setting.group}" if setting.group else "set", "choice-back")
    rows = (*split_rows(choices), (back,))
    return Message(paragraphs=(text_for(f"setting-choose-{setting.name}"),), choices=rows, edits=edited_message_id)


def build_language_menu(edited_message_id: str | None = None) -> Message:
    """Build the menu of the supported languages, each with its native name."""
    row = tuple(
        TranslatedChoice(data=f"language:{tag}", label=text_for("name", name=LANGUAGE_NAMES[tag])) for tag in LANGUAGES
    )
    return Message(paragraphs=(text_for("language-choose"),), choices=(row,), edits=edited_message_id)


def split_rows(choices: Sequence[TranslatedChoice]) -> tuple[tuple[TranslatedChoice, ...], ...]:
    """Split choices into rows."""
    return tuple(tuple(choices[start : start + CHOICES_PER_ROW]) for start in range(0, len(choices), CHOICES_PER_ROW))


def mark_chosen(option: TranslatedChoice, *, is_chosen: bool) -> TranslatedChoice:
    """Add a mark to the label of the chosen option."""
    if not is_chosen:
        return option
    return option.model_copy(update={"label": TranslatedText(key="choice-made", inner=option.label)})
