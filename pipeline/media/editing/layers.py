"""Layers of a frame: what is done to its picture, one after the other."""

from typing import Protocol

from pipeline.media.overlay import Plane


class Layer(Protocol):
    """An overlay, or a change of the picture below."""

    def blend(self, y_plane: Plane, u_plane: Plane, v_plane: Plane) -> None:
        """Change the planes of a 4:2:0 frame in limited range, in place."""
        ...
