"""Subtitle files: read from users, who send anything, and written from transcripts."""
