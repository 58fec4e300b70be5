"""Colours of what is drawn beside captions, from their style."""

from models.captions.style import CaptionStyle


def find_accent(style: CaptionStyle) -> str:
    """The colour by which a style is known: that of the word being spoken, else of emphasis, else of all letters."""
    plates = [state.plate.fill for state in (style.active, style.spoken) if state.plate]
    speakers = [each.active for each in style.speakers]
    bar = [style.base.plate.accent] if style.base.plate else []
    candidates = [*plates, style.active.fill, *speakers, style.spoken.fill, *bar, *style.emphasis.fills]
    return next((colour for colour in candidates if colour and colour != style.base.fill), style.base.fill)
