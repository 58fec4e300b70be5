"""Transcripts in an editor, word by word."""
