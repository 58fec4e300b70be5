"""WhatsApp channel: sessions linked to a phone (companion devices), through the library neonize."""

import pylibmagic  # noqa: F401 - before the library: it loads libmagic, and is to find the one in this wheel
