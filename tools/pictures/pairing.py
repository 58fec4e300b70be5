"""The pictures of docs/whatsapp.md: how a number is paired on the chat page, with a WhatsApp that is none.

Run `python -m tools.pictures.pairing`; it needs the project's own environment and a Chromium, and writes
`docs/pairing.png`. The codes in it belong to nothing.
"""

import re
import tempfile
from pathlib import Path

from fakes.browser import ChatPage, open_page
from fakes.whatsapp.app_process import open_whatsapp_app as premises_in
from PIL import Image

from tools import ROOT

SIZE = (390, 820)
GAP = 12
# A machine that makes documents has no font for them, and would show boxes.
WITHOUT_EMOJI = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    node.data = node.data.replace(/\\p{Extended_Pictographic}\\uFE0F? ?/gu, "");
  }
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name, premises_in(Path(name)) as premises:
        premises.add_session("5511990000009")
        phone = premises.fake.get_phone("5511987654321")
        with premises.run() as product, open_page(product.wait_for_address(), size=SIZE, timeout=60) as page:
            page.type_text("/whatsapp pair")
            page.wait_for_message(re.compile("scan this"))
            page.tab.locator("li.message img").last.wait_for()
            shots = [shot(page)]
            phone.scan_code()
            page.wait_for_message(re.compile("is online"))
            page.type_text("/whatsapp list")
            page.wait_for_message(re.compile("/whatsapp remove NAME"))
            shots.append(shot(page))
    side_by_side(shots).save(ROOT / "docs" / "pairing.png", optimize=True)


def shot(page: ChatPage) -> Image.Image:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.tab.evaluate(WITHOUT_EMOJI)
        page.tab.screenshot(path=file.name, animations="disabled")
        with Image.open(file.name) as image:
            return image.convert("RGB")


def side_by_side(shots: list[Image.Image]) -> Image.Image:
    width = sum(each.width for each in shots) + GAP * (len(shots) - 1)
    board = Image.new("RGB", (width, SIZE[1]), "#4a4a4a")
    left = 0
    for each in shots:
        board.paste(each, (left, 0))
        left += each.width + GAP
    return board.quantize(200, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
