"""The sound of a pen on its board, synthesised from the pen's motion."""
