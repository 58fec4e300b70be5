"""Tasks of chat models with what was said: translation."""
