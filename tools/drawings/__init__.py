"""Films of a set of pictures, drawn by the sketch engine: figures of each, contact sheets to look at, and a table."""
