"""Previews of caption styles, as pictures and short films, on a frame of the user's own video or on a neutral one."""
