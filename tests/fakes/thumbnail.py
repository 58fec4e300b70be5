"""The thumbnail of every film in tests, which all messengers accept."""

import io

from PIL import Image


def create_thumbnail() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (90, 120, 150)).save(buffer, "JPEG")
    return buffer.getvalue()
