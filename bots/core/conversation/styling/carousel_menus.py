"""Messages of the carousel of caption styles: pure functions from a selection to a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bots.core.context import choice_for, text_for
from bots.core.conversation.menus import mark_chosen, split_rows
from bots.core.conversation.styling.selection import AUTO, PLACES, SIZES, StyleSelection
from models.captions.palette import find_colour_name, load_palette
from models.jobs.caption_styles import load_caption_styles
from models.messaging.deliveries import Message, StylePreview, TranslatedChoice, TranslatedText

_FIELDS: Final = {"size": "size", "place": "place", "colour": "colour", "second": "second_colour"}  # by screen

Rows = tuple[tuple[TranslatedChoice, ...], ...]


@dataclass(frozen=True, slots=True)
class CarouselView:
    """What the messages of a carousel show.

    `options` are those of the preview, `price` is what a film in the style costs in credits, where that may be said;
    `edits` is the message that is edited.
    """

    selection: StyleSelection
    styles: Sequence[str]
    options: Mapping[str, Any]
    price: int | None = None
    edits: str | None = None

    @property
    def position(self) -> int:
        """Of the style in the list, from 0; the first where it is gone."""
        return self.styles.index(self.selection.style) if self.selection.style in self.styles else 0

    def advance(self, count: int) -> StyleSelection:
        """The selection with a style further on, or back, in the list, which goes round."""
        return replace(self.selection, style=self.styles[(self.position + count) % len(self.styles)])

    def build_message(self, paragraphs: tuple[TranslatedText, ...], rows: Rows) -> Message:
        preview = StylePreview(options=dict(self.options), job_id=self.selection.job_id)
        return Message(paragraphs=paragraphs, choices=rows, edits=self.edits, preview=preview)


def build_carousel(view: CarouselView, *, has_buttons: bool = True, gone: TranslatedText | None = None) -> Message:
    """Build the carousel at its style, with what can be changed of it; `gone` names a style that was asked for, and is
    there no more."""
    selection = view.selection
    arrows = (
        (
            _build_choice("show", view.advance(-1), "style-previous"),
            _build_choice("show", view.advance(1), "style-next"),
        )
        if has_buttons
        else (_build_choice("list", selection, "style-list"),)
    )
    changes = tuple(_build_choice(screen, selection, f"style-change-{screen}") for screen in _FIELDS)
    keep = _build_choice("keep", selection, "style-keep")
    use = (_build_choice("use", selection, "style-use"),) if selection.job_id else ()
    rows = (arrows, changes[:2], changes[2:], (_build_choice("film", selection, "style-film"),), (*use, keep))
    notes = (TranslatedText(key="style-gone", inner=gone),) if gone else ()
    return view.build_message((*_describe(view), *notes), rows)


def build_changes(view: CarouselView, screen: str) -> Message:
    """Build the menu of the values of one thing that can be changed of a style, the present one marked."""
    field = _FIELDS[screen]
    current = getattr(view.selection, field)
    choices = [
        mark_chosen(
            TranslatedChoice(data=encode("show", view.selection.with_value(field, value)), label=label),
            is_chosen=value == current,
        )
        for value, label in list_values(screen).items()
    ]
    rows = (*split_rows(choices), (_build_choice("show", view.selection, "choice-back"),))
    return view.build_message((*_describe(view), text_for(f"style-choose-{screen}")), rows)


def build_style_list(view: CarouselView) -> Message:
    """Build the list of all styles, for messengers where a picture cannot be edited in place."""
    choices = [
        TranslatedChoice(data=encode("show", replace(view.selection, style=name)), label=label_style(name))
        for name in view.styles
    ]
    return Message(paragraphs=(text_for("setting-choose-style"),), choices=split_rows(choices), edits=view.edits)


def build_chosen(view: CarouselView, key: str, *, can_keep: bool) -> Message:
    """Build what the carousel becomes when its style was chosen."""
    text = TranslatedText(key=key, inner=label_style(view.selection.style))
    rows = ((_build_choice("keep", view.selection, "style-keep"),),) if can_keep else ()
    return view.build_message((text,), rows)


def list_values(screen: str) -> Mapping[str, TranslatedText]:
    """Labels of the values that can be chosen, by value."""
    if screen == "size":
        return {size: text_for(f"style-size-{size}") for size in SIZES}
    if screen == "place":
        return {place: text_for(f"style-place-{place}") for place in PLACES}
    colours = {colour.hex: label_colour(colour.hex) for colour in load_palette().values()}
    return {AUTO: label_colour(AUTO), **colours}


def label_style(name: str) -> TranslatedText:
    """The label of a style; a tenant's is its name."""
    return text_for(f"style-{name}") if name in load_caption_styles() else text_for("name", name=name)


def label_colour(colour: str | None) -> TranslatedText:
    """The label of a colour: its name in the palette, else #RRGGBB."""
    if colour is None or colour == AUTO:
        return text_for("colour-auto")
    name = find_colour_name(colour)
    return text_for(f"colour-{name}") if name else text_for("name", name=colour)


def encode(screen: str, selection: StyleSelection) -> str:
    """The data of a button."""
    return f"style:{SCREEN_CODES[screen]}:{selection.encode()}"


SCREEN_CODES: Final = {
    "show": "v", "list": "l", "size": "z", "place": "p", "colour": "c", "second": "d", "film": "f", "use": "u",
    "keep": "k",
}  # fmt: skip


def _build_choice(screen: str, selection: StyleSelection, key: str) -> TranslatedChoice:
    return choice_for(encode(screen, selection), key)


def _describe(view: CarouselView) -> tuple[TranslatedText, ...]:
    count = {"position": view.position + 1, "total": len(view.styles)}
    title = TranslatedText(key="style-title", values=count, inner=label_style(view.selection.style))
    return (title,) if view.price is None else (title, text_for("style-price", credits=view.price))
