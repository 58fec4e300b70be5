"""The hand that draws: its sprite, its tools and its colours."""

from typing import get_args

import numpy as np
import pytest

from models.jobs.hands import DrawingTool, Hand, get_hand, load_hands
from models.jobs.options import SketchOptions
from pipeline.sketch.hands.hand_sprite import render_hand
from pipeline.sketch.hands.tools import choose_tool, load_tools
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image

SIZE, UNIT = (640, 360), 360.0
WRITING_TOOLS = [name for name, tool in load_tools().tools.items() if tool.pose == "writing_pose"]


def draw_hand(hand: str, pen: tuple[float, float], tool: str = "marker", size: tuple[int, int] = SIZE) -> YuvPlanes:
    """A white board with a hand whose tip is at `pen`."""
    board = YuvPlanes.create_blank(*size)
    unit = float(np.sqrt(size[0] * size[1] * 9 / 16))
    render_hand(find_hand(hand), unit, size, tool).blend(board, pen)
    return board


def find_hand(name: str) -> Hand:
    hand = get_hand(name)
    assert hand is not None
    return hand


def find_skin(board: YuvPlanes) -> Image:
    """Mean colour of the middle of a hand at (100, 60), RGB."""
    return board.to_rgb()[130:150, 185:205].reshape(-1, 3).mean(axis=0)


@pytest.mark.parametrize("name", [*load_hands()])
@pytest.mark.parametrize("size", [(320, 180), (120, 360), (480, 160)])
def test_the_arm_always_reaches_the_edge_of_the_film(name: str, size: tuple[int, int]) -> None:
    is_left = find_hand(name).left
    corner = (size[0] - 1.0, 0.0) if is_left else (0.0, 0.0)
    board = draw_hand(name, corner, size=size)
    far = board.y[:, 0] if is_left else board.y[:, -1]
    assert min(board.y[-1].min(), far.min()) < 215


@pytest.mark.parametrize("tool", WRITING_TOOLS)
def test_the_tip_of_a_tool_is_where_the_pen_is(tool: str) -> None:
    board = draw_hand("medium", (300.0, 150.0), tool)
    covered = np.argwhere(np.abs(board.y.astype(int) - 235) > (60 if tool != "chalk" else 12))
    assert np.hypot(*(covered - (150, 300)).T).min() <= 4
    assert covered[:, 1].min() >= 297


def test_the_board_far_from_the_hand_is_untouched() -> None:
    board = draw_hand("medium", (300.0, 150.0))
    assert (board.y[:, :260] == 235).all()
    assert (board.y[:90] == 235).all()


def test_no_hand_is_a_word() -> None:
    assert get_hand("none") is None


@pytest.mark.parametrize(
    ("stored", "hand"),
    [
        ("marker", "medium"),
        ("left", "medium-left"),
        ("light", "light"),
        ("dark", "dark"),
        ("none", "none"),
        ("paw", "medium"),
    ],
)
def test_names_that_hands_had_before_are_still_hands(stored: str, hand: str) -> None:
    assert SketchOptions(hand=stored).hand == hand
    assert SketchOptions().hand == "medium"


def test_there_are_five_tones_of_skin_each_as_a_right_and_as_a_left_hand() -> None:
    hands = load_hands()
    assert len({hand.skin for hand in hands.values()}) == 5
    assert [hand.left for hand in hands.values()] == [False] * 5 + [True] * 5


@pytest.mark.parametrize(
    ("options", "is_board_dark", "tool"),
    [
        (SketchOptions(), False, "marker"),
        (SketchOptions(), True, "chalk"),
        (SketchOptions(board="green"), False, "chalk"),
        (SketchOptions(board="kraft"), False, "marker"),
        (SketchOptions(finish="pencil"), False, "pencil"),
        (SketchOptions(finish="pencil"), True, "chalk"),
        (SketchOptions(tool="brush", finish="pencil"), True, "brush"),
    ],
)
def test_a_tool_that_was_not_chosen_suits_board_and_finish(
    options: SketchOptions, is_board_dark: bool, tool: str
) -> None:
    assert choose_tool(options, is_board_dark=is_board_dark) == tool


def test_every_tool_that_can_be_chosen_is_one_that_writes() -> None:
    assert {"auto", *WRITING_TOOLS} == set(get_args(DrawingTool))


def test_darker_hands_are_darker_on_the_film() -> None:
    tones = ("light", "medium", "tan", "brown", "dark")
    found = [find_skin(draw_hand(name, (100.0, 60.0))).sum() for name in tones]
    assert (np.diff(found) < -40).all()


def test_a_left_hand_is_the_mirror_of_a_right_one() -> None:
    right, left = (render_hand(find_hand(name), UNIT, SIZE) for name in ("medium", "medium-left"))
    assert (right.planes.y == left.planes.y[:, ::-1]).all()
    assert (right.half_transparency == left.half_transparency[:, ::-1]).all()
    assert (right.arm_side, left.arm_side) == (1, -1)
    assert left.tip == (right.planes.y.shape[1] - 1 - right.tip[0], right.tip[1])


def test_the_edge_of_a_hand_is_soft() -> None:
    sprite = render_hand(find_hand("medium"), UNIT, SIZE)
    assert len(np.unique(sprite.transparency)) > 50
    steps = np.abs(np.diff(sprite.transparency.astype(int), axis=1))
    assert (steps > 200).mean() < 0.001
