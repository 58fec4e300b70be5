"""One session of a WhatsApp number: connection, pairing, state."""
