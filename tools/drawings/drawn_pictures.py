"""Pictures drawn by code for kinds that no package has: clip art, a child's drawing, a screenshot, a letter, views."""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.captions.glyphs.typeface import find_font_file

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

_OUTLINE: Final = (30, 26, 34)
_CRAYONS: Final = {"red": (214, 52, 48), "blue": (52, 92, 190), "green": (62, 150, 70), "brown": (120, 78, 44),
                   "yellow": (240, 196, 40), "black": (44, 42, 46)}  # fmt: skip
_LETTER: Final = (
    "Querida Ana,",
    "o bolo ficou ótimo e as crianças",
    "pediram mais. Volto na sexta-feira",
    "com flores, pão e duas garrafas",
    "de suco de uva. Um abraço,",
    "Pedro",
)


def _fill(pixels: Pixels, points: Sequence[tuple[float, float]], colour: Colour, pen: int = 0) -> None:
    corners = np.array(points, np.int32)
    cv2.fillPoly(pixels, [corners], colour, cv2.LINE_AA)
    if pen:
        cv2.polylines(pixels, [corners], True, _OUTLINE, pen, cv2.LINE_AA)


def _disc(pixels: Pixels, middle: tuple[int, int], radii: tuple[int, int], colour: Colour, pen: int = 0) -> None:
    cv2.ellipse(pixels, middle, radii, 0, 0, 360, colour, -1, cv2.LINE_AA)
    if pen:
        cv2.ellipse(pixels, middle, radii, 0, 0, 360, _OUTLINE, pen, cv2.LINE_AA)


def draw_clip_art() -> Pixels:
    """A dog beside a house in the sun: flat colours, thick outlines."""
    pixels = np.full((720, 960, 3), 255, np.uint8)
    _disc(pixels, (820, 120), (70, 70), (255, 210, 60), 7)
    for turn in np.arange(12) * np.pi / 6:
        ends = [(round(820 + r * np.cos(turn)), round(120 + r * np.sin(turn))) for r in (88, 116)]
        cv2.line(pixels, ends[0], ends[1], (240, 160, 30), 8, cv2.LINE_AA)
    _fill(pixels, [(60, 640), (60, 360), (400, 360), (400, 640)], (250, 226, 190), 7)
    _fill(pixels, [(30, 370), (230, 190), (430, 370)], (206, 74, 62), 7)
    _fill(pixels, [(200, 640), (200, 500), (280, 500), (280, 640)], (120, 76, 50), 7)
    _fill(pixels, [(95, 420), (165, 420), (165, 490), (95, 490)], (140, 200, 236), 7)
    _draw_dog(pixels)
    return pixels


def _draw_dog(pixels: Pixels) -> None:
    fur, ear = (226, 164, 92), (150, 94, 48)
    cv2.ellipse(pixels, (850, 520), (50, 90), 30, 60, 280, _OUTLINE, 9, cv2.LINE_AA)
    _disc(pixels, (700, 560), (130, 90), fur, 7)
    for x in (600, 660, 740, 800):
        _fill(pixels, [(x - 18, 600), (x + 18, 600), (x + 18, 690), (x - 18, 690)], fur, 7)
    _disc(pixels, (590, 440), (95, 85), fur, 7)
    _disc(pixels, (515, 440), (30, 70), ear, 7)
    _disc(pixels, (665, 440), (30, 70), ear, 7)
    _disc(pixels, (590, 480), (46, 34), (250, 236, 214), 6)
    _disc(pixels, (590, 462), (17, 13), _OUTLINE)
    for x in (558, 622):
        _disc(pixels, (x, 420), (11, 14), _OUTLINE)


def draw_childs_drawing() -> Pixels:
    """Wax crayon on paper photographed askew: a family, a house, a tree and a sun, in shaky lines with gaps."""
    random = np.random.default_rng(5)
    paper = np.full((720, 1000, 3), (246, 242, 232), np.float32)
    paper += random.normal(0, 3, (720, 1000, 1)) + np.linspace(-22, 10, 1000)[None, :, None]
    wax = np.zeros((720, 1000), np.float32)
    for colour, strokes in _list_crayon_strokes():
        wax[:] = 0
        for stroke in strokes:
            _scrawl(wax, stroke, random)
        grain = random.random((720, 1000)) < 0.86
        share = (cv2.GaussianBlur(wax * grain, (0, 0), 0.9) * 0.92)[..., None]
        paper += share * (np.array(_CRAYONS[colour], np.float32) - paper)
    return np.clip(paper, 0, 255).astype(np.uint8)


def _list_crayon_strokes() -> list[tuple[str, list[NDArray[Any]]]]:
    house = np.array([(90, 600), (90, 380), (330, 380), (330, 600), (90, 600)])
    roof = np.array([(70, 385), (210, 250), (350, 385), (70, 385)])
    people = [part for x, size in ((470, 1.0), (590, 1.15), (700, 0.7)) for part in _list_person(x, size)]
    rays = [np.array([(900 + 60 * np.cos(a), 110 + 60 * np.sin(a)), (900 + 95 * np.cos(a), 110 + 95 * np.sin(a))])
            for a in np.arange(9) * 0.7]  # fmt: skip
    tree = [np.array([(850, 610), (850, 440)]), np.array([(880, 610), (880, 440)])]
    crown = [_ring((865, 370), r, r) for r in (90, 70, 48, 26)]
    grass = [np.array([(x, 640), (x + 12, 600), (x + 24, 640)]) for x in range(30, 960, 42)]
    door = np.array([(180, 600), (180, 500), (245, 500), (245, 600)])
    sun = [_ring((900, 110), 48, 48), *rays]
    return [("red", [house, roof]), ("blue", people), ("yellow", sun), ("brown", tree),
            ("green", [*crown, *grass]), ("black", [door])]  # fmt: skip


def _list_person(x: float, size: float) -> list[NDArray[Any]]:
    y = 610 - 250 * size
    body = [(x, y + 90 * size), (x, y + 180 * size)]
    legs = [(x - 35 * size, 610), (x, y + 180 * size), (x + 35 * size, 610)]
    arms = [(x - 55 * size, y + 95 * size), (x, y + 120 * size), (x + 55 * size, y + 95 * size)]
    eyes = [_ring((x + side * 16 * size, y + 35 * size), 4, 4) for side in (-1, 1)]
    smile = np.array([(x - 20 * size, y + 62 * size), (x, y + 72 * size), (x + 20 * size, y + 62 * size)])
    return [
        _ring((x, y + 45 * size), 42 * size, 46 * size),
        np.array(body),
        np.array(legs),
        np.array(arms),
        *eyes,
        smile,
    ]


def _ring(middle: tuple[float, float], width: float, height: float) -> NDArray[Any]:
    turns = np.linspace(0, 2.1 * np.pi, 40)
    return np.stack([middle[0] + width * np.cos(turns), middle[1] + height * np.sin(turns)], axis=1)


def _scrawl(wax: NDArray[np.float32], points: NDArray[Any], random: np.random.Generator) -> None:
    """A line that trembles, drawn twice in places."""
    steps = np.linspace(0, len(points) - 1, 12 * len(points))
    line = np.stack([np.interp(steps, np.arange(len(points)), axis) for axis in points.T], axis=1)
    tremble = cv2.GaussianBlur(random.normal(0, 9, line.shape), (1, 9), 2)
    cv2.polylines(wax, [np.round(line + tremble).astype(np.int32)], False, 1.0, 7, cv2.LINE_AA)


def draw_landscape() -> Pixels:
    """A lake between hills and snowy mountains at dusk: low contrast far away, reflections, reeds, no main subject."""
    height, width = 720, 1280
    y = np.linspace(0, 1, height)[:, None, None]
    pixels = (np.array([236.0, 170, 120]) * y + np.array([110.0, 140, 190]) * (1 - y)) * np.ones((1, width, 1))
    x = np.arange(width)
    random = np.random.default_rng(11)
    for base, swing, colour in (
        (0.38, 0.16, (142, 150, 176)),
        (0.50, 0.10, (104, 120, 130)),
        (0.58, 0.05, (62, 84, 70)),
    ):
        ridge = _build_ridge(width, base, swing, random)
        pixels[np.arange(height)[:, None] >= (ridge * height)[None]] = colour
        snow = (np.arange(height)[:, None] >= (ridge * height)) & (np.arange(height)[:, None] < (ridge + 0.04) * height)
        if base < 0.4:
            pixels[snow & ((ridge < 0.36)[None])] = (232, 234, 240)
    shore = round(0.64 * height)
    depth = height - shore
    pixels[shore:] = 0.75 * pixels[shore - depth : shore][::-1] + 20
    pixels[shore:] += 7 * np.sin(np.arange(depth)[:, None] / 3 + x[None] / 90)[..., None]
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.2) + random.normal(0, 3, (height, width, 1))
    picture = np.clip(soft, 0, 255).astype(np.uint8)
    for root in random.integers(0, width, 26):
        tip = (int(root + random.integers(-25, 25)), int(height - random.integers(60, 190)))
        cv2.line(picture, (int(root), height), tip, (38, 44, 30), 3, cv2.LINE_AA)
    return picture


def _build_ridge(width: int, base: float, swing: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Midpoints displaced at random, by half at each step."""
    ridge = np.array([0.0, 0.0])
    for step in range(7):
        middle = (ridge[:-1] + ridge[1:]) / 2 + random.normal(0, 0.5 * swing / 1.9**step, len(ridge) - 1)
        ridge = np.insert(ridge, np.arange(1, len(ridge)), middle)
    return base + np.interp(np.linspace(0, len(ridge) - 1, width), np.arange(len(ridge)), ridge)


def draw_skyline() -> Pixels:
    """A street of buildings with windows, in light from the left, cranes and a bridge."""
    random = np.random.default_rng(4)
    pixels = np.empty((800, 1200, 3), np.uint8)
    pixels[:] = np.linspace((150, 190, 230), (236, 226, 210), 800)[:, None].astype(np.uint8)
    x = -20
    while x < 1200:
        width, height = int(random.integers(90, 190)), int(random.integers(260, 640))
        _draw_building(pixels, (x, 740 - height, width, height), random)
        x += width + int(random.integers(-10, 26))
    cv2.rectangle(pixels, (0, 740), (1200, 800), (92, 92, 98), -1)
    for start in range(0, 1200, 110):
        cv2.line(pixels, (start, 772), (start + 60, 772), (236, 236, 226), 5, cv2.LINE_AA)
    grain = random.normal(0, 3, pixels.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 0.8) + grain, 0, 255).astype(np.uint8)


def _draw_building(pixels: Pixels, box: tuple[int, int, int, int], random: np.random.Generator) -> None:
    x, y, width, height = box
    wall = tuple(int(value) for value in random.integers(90, 205, 3))
    cv2.rectangle(pixels, (x, y), (x + width, y + height), wall, -1)
    shade = tuple(round(0.7 * value) for value in wall)
    cv2.rectangle(pixels, (x + round(0.8 * width), y), (x + width, y + height), shade, -1)
    step = int(random.integers(26, 40))
    for top in range(y + 16, y + height - step, step):
        for left in range(x + 12, x + round(0.75 * width) - 14, step):
            cv2.rectangle(pixels, (left, top), (left + step // 2, top + round(0.6 * step)), (58, 76, 104), -1)


def draw_screenshot() -> Image.Image:
    """The window of a chat on a phone: bars, bubbles, letters and buttons."""
    image = Image.new("RGB", (720, 1280), "#E8E4DC")
    pen = ImageDraw.Draw(image)
    bold, plain = (ImageFont.truetype(find_font_file(name), size) for name, size in
                   (("Poppins-ExtraBold", 40), ("Poppins-SemiBold", 32)))  # fmt: skip
    pen.rectangle((0, 0, 720, 130), fill="#1F6F5C")
    pen.ellipse((30, 30, 100, 100), fill="#F4C95D")
    pen.text((130, 40), "Padaria Lua", "white", bold)
    messages = ("Bom dia! Tem bolo hoje?", "Temos de milho e de fubá.", "Quero um de cada.", "Às 16 h está pronto!")
    for number, text in enumerate(messages):
        left, top = (40, 190 + 190 * number) if number % 2 == 0 else (130, 190 + 190 * number)
        pen.rounded_rectangle((left, top, left + 550, top + 120), 26, fill="white" if number % 2 == 0 else "#CFEFC4")
        pen.text((left + 30, top + 36), text, "#22262A", plain)
    pen.rounded_rectangle((30, 1150, 580, 1240), 44, fill="white")
    pen.ellipse((600, 1145, 700, 1245), fill="#1F6F5C")
    pen.polygon(((635, 1170), (675, 1195), (635, 1220)), fill="white")
    return image


def draw_letter() -> Image.Image:
    """A page of real letters, dark on paper."""
    image = Image.new("RGB", (1000, 720), "#FBF8F0")
    font = ImageFont.truetype(find_font_file("Poppins-SemiBold"), 46)
    for row, text in enumerate(_LETTER):
        ImageDraw.Draw(image).text((80, 70 + 100 * row), text, "#20242C", font)
    return image
