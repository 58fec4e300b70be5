"""Order of drawing as its user asks for it: where the subjects lie in a picture, and their strokes first or last."""
