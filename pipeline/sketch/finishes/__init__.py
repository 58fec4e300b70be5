"""Finishes of a drawing: what its lines are filled with, stroke by stroke."""
