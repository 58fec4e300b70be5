"""Editing of a film: what is cut out of it, and what is done to its frames."""
