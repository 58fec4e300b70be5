"""HTTP server: the chat page, health, metrics and webhooks."""
