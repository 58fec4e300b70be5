"""Composition roots of the server processes."""
