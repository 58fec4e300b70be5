"""WhatsApp, through a session that is linked to a phone."""

import pylibmagic  # noqa: F401 - before the library: it loads libmagic, and is to find the one in this wheel
