"""The hands of `docs/hands.md`: every tone of skin with every tool, and as a left hand.

Run `python -m tools.pictures.hands`; it needs the project's own environment and writes `docs/hands.jpg`.
"""

from collections.abc import Sequence

from PIL import Image

from models.jobs.hands import Hand, load_hands
from pipeline.sketch.hands.hand_sprite import render_hand
from pipeline.sketch.planes import YuvPlanes
from tools import ROOT

TILE = (380, 340)
UNIT = 620.0  # pixels
TIPS = {"marker": (36, 96), "pencil": (36, 96), "chalk": (36, 96), "brush": (36, 96), "eraser": (132, 116)}


def draw_tile(hand: Hand, tool: str) -> Image.Image:
    """One hand on a white board."""
    board = YuvPlanes.create_blank(*TILE)
    x, y = TIPS[tool]
    render_hand(hand, UNIT, TILE, tool).blend(board, (TILE[0] - x if hand.left else x, y))
    return Image.fromarray(board.to_rgb())


def lay_out(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Tiles in rows, without gaps."""
    sheet = Image.new("RGB", (len(rows[0]) * TILE[0], len(rows) * TILE[1]), "white")
    for row, tiles in enumerate(rows):
        for column, tile in enumerate(tiles):
            sheet.paste(tile, (column * TILE[0], row * TILE[1]))
    return sheet


def main() -> None:
    hands = load_hands()
    rows = [
        [*(draw_tile(hand, tool) for tool in TIPS), draw_tile(hands[f"{name}-left"], "marker")]
        for name, hand in hands.items()
        if not hand.left
    ]
    sheet = lay_out(rows).resize((1368, 1020), Image.Resampling.LANCZOS)
    sheet.save(ROOT / "docs" / "hands.jpg", quality=88, optimize=True)


if __name__ == "__main__":
    main()
