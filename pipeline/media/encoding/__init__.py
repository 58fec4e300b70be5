"""Encoding of the pictures of a film."""
