"""Names that users choose for themselves and for their files, made fit to be shown among other words."""

from typing import Final

_JOINERS: Final = "\u200c\u200d"  # invisible, and needed by Persian, by scripts of India and by emoji


def sanitize_display_name(text: str) -> str:
    """The name in one line, without characters that are not printed: behind one that turns the direction of writing, or
    ends the line, it would be read as somebody else's words.
    """
    words = " ".join(text.split())
    return "".join(character for character in words if character.isprintable() or character in _JOINERS).strip()
