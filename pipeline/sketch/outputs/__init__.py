"""Files made beside a film: the finished drawing, its lines, a GIF and the sound of the pen."""
