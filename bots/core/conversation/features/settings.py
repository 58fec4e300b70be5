"""Settings of users: preferences for the options of their jobs, stored in `Person.tastes`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.jobs.options import NO_TRANSLATION
from models.messaging.deliveries import TranslatedText

_SWITCH_KEYS = ("choice-switch-off", "choice-switch-on")
TRANSLATIONS = ("pt", "en", "es", "fr", "de", "it")  # languages that texts can be translated to

Tastes = Mapping[str, Any]
"""Stored preferences by the names of settings; a missing one has its default."""


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A possible value of a setting, as stored and with its label."""

    value: str
    label: TranslatedText


@dataclass(frozen=True, slots=True)
class Setting:
    """A preference that decides on the option `option` of a job. Its texts are `setting-<name>` and
    `setting-choose-<name>`. `menu` is the data of the button that opens a menu of its own; a setting that is not
    listed is changed in another one's menu. Settings of one `group` share a row, which opens a menu of them: a switch
    is switched there in place, another setting opens its own menu. One that `needs_chat_model` is
    offered where there is one. `renamed` has the present values by those that were stored before.
    """

    name: str
    option: str
    default: str
    list_values: Callable[[], tuple[SettingValue, ...]]
    parse: Callable[[str], Any] = str  # a value as the option's type
    menu: str = ""
    is_listed: bool = True
    group: str = ""
    needs_chat_model: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_switch(self) -> bool:
        """Whether its values are off and on."""
        return tuple(each.label.key for each in self.list_values()) == _SWITCH_KEYS

    def list_text_keys(self) -> tuple[str, ...]:
        """Keys of the setting's texts, and of the labels of its values."""
        labels = tuple(each.label.key for each in self.list_values())
        if not self.is_listed:
            return labels
        grouped = (f"setting-{self.group}", f"setting-choose-{self.group}") if self.group else ()
        switched = (f"edit-{self.name}",) if self.group and self.is_switch else ()
        return (*grouped, *switched, f"setting-{self.name}", f"setting-choose-{self.name}", *labels)

    def find_chosen(self, tastes: Tastes) -> SettingValue:
        """The user's present value; the first one where the stored value is no longer offered."""
        stored = tastes.get(self.name, self.default)
        current = _format_stored(stored)
        current = self.renamed.get(current, current)
        offered = self.list_values()
        return next((each for each in offered if each.value == current), offered[0])

    def find_offered(self, value: str) -> SettingValue | None:
        return next((each for each in self.list_values() if each.value == value), None)


def _format_stored(value: object) -> str:
    """A stored value as the text of its choice."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def switch_for(name: str, option: str, group: str = "") -> Setting:
    """A setting that is on or off, and off by default."""
    values = label_switch("off", "on")
    return Setting(name, option=option, default="off", list_values=lambda: values, parse="on".__eq__, group=group)


def label_switch(off: str, on: str) -> tuple[SettingValue, SettingValue]:
    """The values of a switch, "off" first, from what its option has for both."""
    off_label, on_label = (TranslatedText(key=key) for key in _SWITCH_KEYS)
    return SettingValue(off, off_label), SettingValue(on, on_label)


def is_changed(setting: Setting, tastes: Tastes) -> bool:
    """Whether the user chose another value than the default one."""
    return setting.find_chosen(tastes) != setting.find_chosen({})


def is_switched_on(setting: Setting, tastes: Tastes) -> bool:
    """Whether a switch is on."""
    return setting.find_chosen(tastes) != setting.list_values()[0]


def get_switch_value(setting: Setting, *, is_on: bool) -> Any:
    """What the option of a switch is when that is on, or off."""
    off, on = setting.list_values()
    return setting.parse((on if is_on else off).value)


def find_opposite(setting: Setting, tastes: Tastes) -> SettingValue:
    """The value that a tap on a switch sets."""
    off, on = setting.list_values()
    return off if is_switched_on(setting, tastes) else on


def values_from(labels: Mapping[str, TranslatedText]) -> tuple[SettingValue, ...]:
    """The values of a setting, from their labels."""
    return tuple(SettingValue(value, label) for value, label in labels.items())


def list_translations() -> tuple[SettingValue, ...]:
    """The languages that can be translated to, and none."""
    names = {code: TranslatedText(key="language-name", values={"spoken": code}) for code in TRANSLATIONS}
    return values_from({NO_TRANSLATION: TranslatedText(key="choice-translate-off"), **names})


def _list_spoken_languages() -> tuple[SettingValue, ...]:
    keys = {"auto": "choice-spoken-auto", "en": "choice-english", "pt": "choice-portuguese", "es": "choice-spanish"}
    return values_from({code: TranslatedText(key=key) for code, key in keys.items()})


SPOKEN_LANGUAGE = Setting("spoken", option="language", default="auto", list_values=_list_spoken_languages)
"""Which language is spoken in what a user sends; shared by all kinds that transcribe."""
