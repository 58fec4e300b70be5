"""Pictures made of texts."""

import io

import segno

PIXELS = 8  # a square of the code; a code for pairing is then some 500 pixels wide
MARGIN = 4  # squares of white around it, without which cameras do not find it


def qr_picture(text: str) -> bytes:
    """A code that phones can scan, as a PNG: black on white, whatever the reader's screen is set to."""
    png = io.BytesIO()
    segno.make_qr(text, error="L").save(png, kind="png", scale=PIXELS, border=MARGIN, dark="black", light="white")
    return png.getvalue()


def qr_lines(text: str) -> str:
    """The same made of half blocks, for a terminal."""
    drawn = io.StringIO()
    segno.make_qr(text, error="L").terminal(drawn, compact=True)
    return drawn.getvalue()
