"""Updates that arrive, and messages, uploads and broadcasts that leave."""
