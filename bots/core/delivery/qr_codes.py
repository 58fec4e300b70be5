"""QR codes, as PNG images and as text."""

import io

import segno

PIXELS_PER_MODULE = 8  # width of a module; a pairing code is then some 500 pixels wide
QUIET_ZONE_MODULES = 4  # modules of quiet zone, without which cameras do not detect the code


def render_qr_png(text: str) -> bytes:
    """Render a QR code as a PNG: black on white, whatever the colour scheme of the reader's screen."""
    png = io.BytesIO()
    segno.make_qr(text, error="L").save(
        png, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE_MODULES, dark="black", light="white"
    )
    return png.getvalue()


def render_qr_text(text: str) -> str:
    """Render a QR code in half-block characters, for a terminal."""
    output = io.StringIO()
    segno.make_qr(text, error="L").terminal(output, compact=True)
    return output.getvalue()
