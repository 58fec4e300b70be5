"""WhatsApp channel: sessions linked to a phone (companion devices), through the library neonize."""

import pylibmagic  # noqa: F401 - before neonize: it loads libmagic, and must find the one in this wheel
