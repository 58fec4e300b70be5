"""Contrast of colours, by WCAG 2.2."""

MIN_CONTRAST = 4.5
DARK = "#0B0B0F"
LIGHT = "#FFFFFF"


def compute_contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (#RRGGBB), 1 to 21."""
    low, high = sorted((_compute_luminance(first), _compute_luminance(second)))
    return (high + 0.05) / (low + 0.05)


def is_legible(letters: str, ground: str) -> bool:
    return compute_contrast(letters, ground) >= MIN_CONTRAST


def choose_ground(letters: str) -> str:
    """The darkest or the lightest colour, whichever letters of a colour stand out from more."""
    return max((DARK, LIGHT), key=lambda ground: compute_contrast(letters, ground))


def _compute_luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
