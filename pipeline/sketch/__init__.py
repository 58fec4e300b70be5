"""Sketch engine: turns pictures into whiteboard animations with line drawing, a moving hand, and colouring."""
