"""QR codes, as PNG images and as text."""

import io

import segno

PIXELS = 8  # width of a module; a pairing code is then some 500 pixels wide
MARGIN = 4  # modules of quiet zone, without which cameras do not detect the code


def qr_picture(text: str) -> bytes:
    """Render a QR code as a PNG: black on white, whatever the colour scheme of the reader's screen."""
    png = io.BytesIO()
    segno.make_qr(text, error="L").save(png, kind="png", scale=PIXELS, border=MARGIN, dark="black", light="white")
    return png.getvalue()


def qr_lines(text: str) -> str:
    """Render a QR code in half-block characters, for a terminal."""
    drawn = io.StringIO()
    segno.make_qr(text, error="L").terminal(drawn, compact=True)
    return drawn.getvalue()
