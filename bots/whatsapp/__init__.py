"""WhatsApp, through a session that is linked to a phone."""
