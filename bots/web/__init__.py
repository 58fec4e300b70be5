"""The HTTP side: the chat page, health, metrics and webhooks."""
