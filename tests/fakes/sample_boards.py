"""Boards of films for tests, as the renderer makes them."""

from models.jobs.finishes import load_finishes
from pipeline.sketch import canvas
from pipeline.sketch.grounds.ground import Ground, build_ground, choose_board_style


def create_ground(size: tuple[int, int], board: str = "white", finish: str = "colour", level: int = 255) -> Ground:
    style = choose_board_style(board, level)
    return build_ground(style, load_finishes()[finish], size, canvas.unit_for(size))
