"""Driver of the chat page in Debian's Chromium, by what a user sees and presses."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, sync_playwright

ONLINE_SELECTOR = "#state.online"  # the page has found its server
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",  # of the window, which nobody sees: half of its work
)


def find_chromium() -> str | None:
    """The browser of this machine, if there is one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """A browser. While it runs, its event loop blocks others in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    address: str,
    browser: Browser | None = None,
    *,
    size: tuple[int, int] = (390, 844),
    language: str = "en-US",
    is_dark: bool = False,
    timeout: float = 20.0,
    ready: str = ONLINE_SELECTOR,
) -> Iterator["ChatPage"]:
    """The page at that address in a fresh context, once `ready` is present, in a browser of its own unless one is
    given. Waits time out after so many seconds.
    """
    with ExitStack() as stack:
        context = (browser or stack.enter_context(launch_browser())).new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            color_scheme="dark" if is_dark else "light",
            reduced_motion="reduce",  # what moves without end while a film is drawn costs as much as the film
            accept_downloads=True,
        )
        stack.callback(context.close)
        context.set_default_timeout(timeout * 1000)
        yield ChatPage(context, address, ready)


class ChatPage:
    """Actions on the page. Every wait raises playwright's TimeoutError."""

    def __init__(self, context: BrowserContext, address: str, ready: str = ONLINE_SELECTOR) -> None:
        self.address = address
        self.errors: list[str] = []  # script errors, and violations of the content security policy
        self.foreign_requests: list[str] = []  # requested URLs of other origins
        self.tab: Page = context.new_page()
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("console", self._record_console)
        self.tab.on("request", lambda request: self._record_request(request.url))
        self.open(ready)

    def open(self, ready: str = ONLINE_SELECTOR) -> None:
        self.tab.goto(self.address)
        self.tab.locator(ready).wait_for(state="attached")

    def type_text(self, text: str) -> None:
        self.tab.locator("#text").fill(text)
        self.tab.locator("#text").press("Enter")

    def send(self, *files: Path, caption: str = "") -> None:
        """Choose these files at once, with that text written before."""
        self.tab.locator("#text").fill(caption)
        self.tab.locator("#files").set_input_files([str(file) for file in files])

    def drop_file(self, name: str, mime: str, raw: bytes) -> None:
        """Drag a file onto the page and let go."""
        self._transfer_file("drop", name, mime, raw)

    def paste_file(self, name: str, mime: str, raw: bytes) -> None:
        self._transfer_file("paste", name, mime, raw)

    def wait_for_message(self, text: str | re.Pattern[str], author: str = "bot") -> Locator:
        """The newest message of that author with that text, once it is there."""
        found = self.tab.locator(f'li.message[data-author="{author}"]').filter(has_text=text).last
        found.wait_for(state="visible")
        return found

    def list_texts(self, author: str | None = None) -> Sequence[str]:
        """The texts of the messages as they stand."""
        selector = f'[data-author="{author}"]' if author else ""
        return self.tab.locator(f"li.message{selector} .text").all_inner_texts()

    def press_button(self, label: str) -> None:
        """Press the newest button of that label."""
        self.tab.get_by_role("button", name=label, exact=True).last.click()

    def wait_for_button(self, label: str) -> None:
        """Wait for a button of that label."""
        self.tab.get_by_role("button", name=label, exact=True).last.wait_for(state="visible")

    def get_link(self, label: str) -> str:
        """Where the newest link of that label leads, once there is one."""
        address = self.tab.get_by_role("link", name=label, exact=True).last.get_attribute("href")
        assert address is not None, label
        return address

    def wait_until(self, script: str, argument: Any = None) -> None:
        """Wait until a script (a function) says true."""
        self.tab.wait_for_function(script, arg=argument)

    def inspect_film(self, position: int = -1) -> dict[str, Any]:
        """Facts of a film, once the browser has decoded its first frames: width, height, duration, ready, src."""
        video = self.tab.locator("li.message video").nth(position)
        video.wait_for(state="visible")
        handle = video.element_handle()
        video.evaluate("video => { video.preload = 'auto'; video.load(); }")
        self.tab.wait_for_function("video => video.readyState >= 2 || video.error", arg=handle)
        return dict(
            video.evaluate(
                "v => ({width: v.videoWidth, height: v.videoHeight, duration: v.duration, ready: v.readyState,"
                " error: v.error && v.error.message, src: v.src, poster: v.poster})"
            )
        )

    def seek(self, seconds: float, position: int = -1) -> float:
        """Seek in a film; returns the resulting position in seconds."""
        video = self.tab.locator("li.message video").nth(position)
        return float(
            video.evaluate(
                "(v, to) => new Promise(done => { v.onseeked = () => done(v.currentTime); v.currentTime = to; })",
                seconds,
            )
        )

    def save_film(self, target: Path, position: int = -1, messages: str = "li.message") -> str:
        """Press a "save" link of these messages; the name the browser gives the file, which is then at `target`."""
        with self.tab.expect_download() as download:
            self.tab.locator(f"{messages} a.save").nth(position).click()
        download.value.save_as(target)
        return download.value.suggested_filename

    def _transfer_file(self, kind: str, name: str, mime: str, raw: bytes) -> None:
        self.tab.evaluate(
            """([kind, name, mime, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], name, {type: mime}));
                const event = kind === "paste"
                    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
                    : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
                document.body.dispatchEvent(event);
            }""",
            [kind, name, mime, list(raw)],
        )

    def _record_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _record_request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.foreign_requests.append(url)
