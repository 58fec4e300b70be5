"""Persistence layer: the only code that opens a database or a media file."""
