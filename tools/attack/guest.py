"""A guest of the page: signed in with a code from the mailbox, with an address of this machine of their own."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tools.attack.installation import Installation
from tools.attack.target import AttackFailed, choose_source

File = tuple[str, bytes, str]  # name, content and type
FORM = {"content-type": "application/x-www-form-urlencoded"}


def cookies_of(response: httpx.Response) -> dict[str, str]:
    """The cookies a response sets; the page's are Secure, which keeps them out of a jar that is asked over HTTP."""
    pairs = (header.partition(";")[0].partition("=") for header in response.headers.get_list("set-cookie"))
    return {name: value for name, _, value in pairs if value not in {"", '""'}}


@dataclass
class Guest:
    """A browser, with the cookies it was given."""

    client: httpx.Client
    cookies: dict[str, str]
    source: str

    @property
    def headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        more: Mapping[str, str] = options.pop("headers", {})
        response = self.client.request(method, path, headers=self.headers | dict(more), **options)
        self.cookies |= cookies_of(response)
        return response

    def ask_for_code(self, email: str) -> httpx.Response:
        return self.request("POST", "/sign-in", data={"email": email})

    def try_code(self, email: str, code: str) -> httpx.Response:
        return self.request("POST", "/sign-in/code", data={"email": email, "code": code})

    def post(self, text: str = "", files: Sequence[File] = (), thumbnails: Sequence[str] = (), **fields: str) -> int:
        """Post a message; the status of the answer."""
        return self.request("POST", "/chat/messages", files=build_parts(text, files, thumbnails, **fields)).status_code

    def read(self, after: int = 0, wait: float = 0) -> dict[str, Any]:
        response = self.request("GET", "/chat/messages", params={"after": after, "wait": wait})
        response.raise_for_status()
        return dict(response.json())

    def wait_for_text(self, pattern: str, seconds: float = 30) -> str:
        """The text of a message that matches. Raises AttackFailed."""
        found = self.wait_for_message(lambda message: bool(re.search(pattern, message["text"])), seconds)
        return str(found["text"])

    def wait_for_message(self, predicate: Callable[[dict[str, Any]], bool], seconds: float = 30) -> dict[str, Any]:
        """A message of the conversation of which that holds. Raises AttackFailed."""
        version = 0
        for _ in range(round(seconds)):
            news = self.read(version, 1)
            found = [each for each in news["messages"] if predicate(each)]
            if found:
                return dict(found[0])
            version = news["version"]
        raise AttackFailed("the page does not show what is awaited")


def build_parts(text: str, files: Sequence[File], thumbnails: Sequence[str], **fields: str) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = [("id", (None, str(uuid.uuid4()))), ("text", (None, text))]
    parts += [(name, (None, value)) for name, value in fields.items()]
    parts += [("thumbnails", (None, url)) for url in thumbnails]
    return parts + [("files", file) for file in files]


@contextmanager
def open_browser(page: Installation, source: str = "") -> Iterator[Guest]:
    """A browser that is not signed in, at a new address or that one."""
    source = source or choose_source()
    with page.open_client(source) as client:
        yield Guest(client, {}, source)


@contextmanager
def sign_in(page: Installation, email: str = "", source: str = "") -> Iterator[Guest]:
    """A browser whose user has signed in; somebody new unless an address is given."""
    email = email or f"{uuid.uuid4().hex[:12]}@example.com"
    with open_browser(page, source) as guest:
        count = len(page.mailbox.emails)
        guest.ask_for_code(email)
        response = guest.try_code(email, read_code(page, email, count))
        if response.status_code != 303:
            raise AttackFailed(f"{email} could not sign in: {response.status_code}")
        yield guest


def read_code(page: Installation, email: str, count: int = 0) -> str:
    """The code in a letter to an address, or to that without its tag, after the first `count` letters. Raises
    AttackFailed.
    """
    wanted, mailbox = {email, re.sub(r"\+[^@]*", "", email)}, page.mailbox
    with mailbox.condition:
        mailbox.condition.wait_for(lambda: any(wanted & set(each.recipients) for each in mailbox.emails[count:]), 10)
        letters = [each for each in mailbox.emails[count:] if wanted & set(each.recipients)]
    found = re.search(r"\b\d{6}\b", letters[0].text) if letters else None
    if found is None:
        raise AttackFailed(f"no code comes to {email}")
    return found[0]
