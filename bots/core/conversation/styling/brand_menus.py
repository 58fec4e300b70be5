"""Messages about brand kits: pure functions from a kit to a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bots.core.context import choice_for, text_for
from bots.core.conversation.menus import mark_chosen, split_rows
from bots.core.conversation.styling.carousel_menus import label_colour
from models.captions.branding import BrandKit
from models.captions.fonts import list_font_families
from models.captions.palette import load_palette
from models.messaging.deliveries import Message, StylePreview, TranslatedChoice, TranslatedText

NONE: Final = "none"  # the value that takes something away
CORNERS: Final = ("top-left", "top-right", "bottom-left", "bottom-right")
LOGO_SIZES: Final = ("small", "medium", "large")
FIELDS: Final = ("font", "colour", "second", "corner", "size")  # that have a menu


@dataclass(frozen=True, slots=True)
class BrandView:
    """What the messages about a brand kit show: whose it is ("me" or "all"), and the options of a preview with it."""

    scope: str
    kit: BrandKit
    options: Mapping[str, Any]
    can_change_all: bool
    edits: str | None = None

    def build_message(
        self, paragraphs: tuple[TranslatedText, ...], rows: list[tuple[TranslatedChoice, ...]]
    ) -> Message:
        preview = StylePreview(options=dict(self.options))
        return Message(paragraphs=paragraphs, choices=tuple(rows), edits=self.edits, preview=preview)


def build_brand(view: BrandView) -> Message:
    """Build the message of a brand kit, with what can be changed of it."""
    kit = view.kit
    lines = (
        text_for(f"brand-of-{view.scope}"),
        TranslatedText(key="brand-font", inner=label_font(kit.font)),
        TranslatedText(key="brand-colour", inner=label_colour(kit.colour)),
        TranslatedText(key="brand-second", inner=label_colour(kit.second_colour)),
        text_for("brand-logo" if kit.logo else "brand-no-logo"),
        text_for(f"brand-help-{view.scope}"),
    )
    changes = [choice_for(f"brand:{view.scope}:{field}", f"brand-change-{field}") for field in FIELDS]
    rows = [(changes[0],), tuple(changes[1:3])]
    if kit.logo is not None:
        rows += [tuple(changes[3:]), (choice_for(f"brand:{view.scope}:logo={NONE}", "brand-remove-logo"),)]
    if view.can_change_all:
        other = "me" if view.scope == "all" else "all"
        rows.append((choice_for(f"brand:{other}", f"brand-scope-{other}"),))
    return view.build_message(lines, rows)


def build_brand_changes(view: BrandView, field: str) -> Message:
    """Build the menu of the values of one field, the present one marked."""
    current = find_value(view.kit, field) or NONE
    choices = [
        mark_chosen(
            TranslatedChoice(data=f"brand:{view.scope}:{field}={value}", label=label), is_chosen=value == current
        )
        for value, label in list_brand_values(field).items()
    ]
    rows = [*split_rows(choices), (choice_for(f"brand:{view.scope}", "choice-back"),)]
    return view.build_message((text_for(f"brand-choose-{field}"),), rows)


def find_value(kit: BrandKit, field: str) -> str | None:
    """The value of a field, as buttons carry it."""
    logo_value = {"corner": kit.logo.corner, "size": kit.logo.size} if kit.logo else {}
    return {"font": kit.font, "colour": kit.colour, "second": kit.second_colour, **logo_value}.get(field)


def list_brand_values(field: str) -> Mapping[str, TranslatedText]:
    """Labels of the values of a field, by value."""
    if field == "font":
        return {NONE: label_font(None), **{family: label_font(family) for family in list_font_families()}}
    if field == "corner":
        return {corner: text_for(f"brand-corner-{corner}") for corner in CORNERS}
    if field == "size":
        return {size: text_for(f"style-size-{size}") for size in LOGO_SIZES}
    colours = {colour.hex: label_colour(colour.hex) for colour in load_palette().values()}
    return {NONE: label_colour(None), **colours}


def label_font(family: str | None) -> TranslatedText:
    """The label of a font: its family without hyphens."""
    return text_for("name", name=family.replace("-", " ")) if family else text_for("colour-auto")
