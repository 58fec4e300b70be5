"""The way in to the page in production: a code by e-mail, a cookie for thirty days, and the way out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.databases import Databases
from fakes.web_guests import PUBLIC, GuestHouse, ask, enter, guest_house, sign_in, told
from sqlmodel import select
from structlog.testing import capture_logs

from bots.core.delivery.email import build_code_email
from bots.web.auth.sign_in import ATTEMPTS_PER_CLIENT, CODES_PER_CLIENT, SESSION_COOKIE
from bots.web.auth.sign_in_pages import EMAIL_COOKIE
from models.identity.sessions import PageSession

ANA, BIA = "ana@example.com", "bia@example.org"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(tmp_path: Path, databases: Databases, clock: Clock, request: pytest.FixtureRequest) -> Iterator[GuestHouse]:
    db = databases.opened(request.param, clock)
    yield guest_house(tmp_path, db, clock=clock)
    db.close()


@pytest.fixture
def lodge(tmp_path: Path, clock: Clock) -> GuestHouse:
    """Where the kind of database does not matter."""
    return guest_house(tmp_path, clock=clock)


async def test_who_has_the_code_comes_in_for_thirty_days(house: GuestHouse, clock: Clock) -> None:
    async with house.browser() as client:
        assert 'action="/sign-in"' in (await client.http.get("/")).text
        assert (await ask(client, ANA)).headers["location"] == "/sign-in/code"
        assert ANA in (await client.http.get("/sign-in/code")).text
        answer = await enter(client, ANA, house.box.code(ANA))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert 'id="composer"' in (await client.http.get("/")).text
        assert (await client.http.get("/sign-in/code")).headers["location"] == "/"
        clock.now += timedelta(days=29, hours=23)
        assert (await client.http.get("/chat/messages")).status_code == 200
        clock.now += timedelta(hours=2)
        assert (await client.http.get("/chat/messages")).status_code == 401
        assert 'action="/sign-in"' in (await client.http.get("/")).text


async def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(lodge: GuestHouse) -> None:
    async with lodge.browser() as client:
        cookie = (await sign_in(client, lodge.box, ANA)).headers.get_list("set-cookie")[0]
    name, *attributes = (part.strip().lower() for part in cookie.split(";"))
    assert name.startswith("__host-rabisco=")
    assert set(attributes) == {"httponly", "secure", "samesite=lax", "path=/", f"max-age={30 * 86400}"}


async def test_the_database_holds_neither_the_cookie_nor_the_address(house: GuestHouse) -> None:
    async with house.browser() as client:
        await sign_in(client, house.box, ANA)
        cookie = client.http.cookies[SESSION_COOKIE]
    with house.house.db.read_transaction() as session:
        (row,) = session.exec(select(PageSession)).all()
    assert cookie not in row.model_dump_json()
    assert "ana" not in row.model_dump_json()


async def test_an_address_is_the_same_person_however_it_is_typed(house: GuestHouse) -> None:
    async with house.browser() as first, house.browser() as second:
        await sign_in(first, house.box, ANA)
        await ask(second, "  ANA@Example.COM ")
        assert (await enter(second, "Ana@example.com", house.box.code(ANA))).status_code == 303
    with house.house.db.read_transaction() as session:
        assert len({row.guest for row in session.exec(select(PageSession))}) == 1


async def test_a_wrong_code_lets_nobody_in_and_five_of_them_end_the_right_one(house: GuestHouse) -> None:
    async with house.browser() as client:
        await ask(client, ANA)
        code = house.box.code(ANA)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        for _ in range(5):
            answer = await enter(client, ANA, wrong)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
            assert told(answer)
        assert (await enter(client, ANA, code)).status_code == 401


async def test_a_code_works_once_for_its_own_address_and_for_ten_minutes(house: GuestHouse, clock: Clock) -> None:
    async with house.browser() as client:
        await ask(client, ANA)
        assert (await enter(client, BIA, house.box.code(ANA))).status_code == 401
        code = house.box.code(ANA)
        assert (await enter(client, ANA, f" {code[:3]} {code[3:]} ")).status_code == 303
        assert (await enter(client, ANA, code)).status_code == 401
        await ask(client, ANA)
        clock.now += timedelta(minutes=10, seconds=1)
        assert (await enter(client, ANA, house.box.code(ANA))).status_code == 401


async def test_every_address_gets_the_same_answer_also_when_no_letter_goes_out(house: GuestHouse) -> None:
    async with house.browser() as client:
        answers = [await ask(client, ANA) for _ in range(4)]
        house.box.is_away = True
        answers.append(await ask(client, BIA))
    assert [letter.to for letter in house.box.letters] == [ANA] * 3
    seen = {
        (answer.status_code, answer.text, str(answer.headers).replace("bia%40example.org", "A")) for answer in answers
    }
    assert len({each.replace("ana%40example.com", "A") for *_, each in seen}) == 1
    assert {(status, text) for status, text, _ in seen} == {(303, "")}


async def test_one_client_cannot_have_letters_sent_to_the_whole_world(lodge: GuestHouse) -> None:
    async with lodge.browser() as client, lodge.browser(client="198.51.100.9") as other:
        for number in range(CODES_PER_CLIENT):
            assert (await ask(client, f"somebody{number}@example.com")).status_code == 303
        answer = await ask(client, ANA)
        assert (answer.status_code, len(lodge.box.letters)) == (429, CODES_PER_CLIENT)
        assert told(answer)
        assert (await ask(other, ANA)).status_code == 303


async def test_one_client_cannot_guess_codes_of_many_addresses(lodge: GuestHouse) -> None:
    async with lodge.browser(client="2001:db8::1") as client, lodge.browser(client="2001:db8::2") as neighbour:
        for number in range(ATTEMPTS_PER_CLIENT):
            assert (await enter(client, f"somebody{number}@example.com", "123456")).status_code == 401
        await ask(neighbour, ANA)
        assert (await enter(neighbour, ANA, lodge.box.code(ANA))).status_code == 429


async def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(house: GuestHouse) -> None:
    async with house.browser() as client, house.browser() as thief:
        await sign_in(client, house.box, ANA)
        thief.http.cookies.set(SESSION_COOKIE, client.http.cookies[SESSION_COOKIE], domain="rabisco.example")
        assert (await thief.http.get("/chat/messages")).status_code == 200
        answer = await client.http.post("/sign-out", headers={"x-rabisco": "page"})
        assert answer.status_code == 303
        assert "max-age=0" in answer.headers["set-cookie"].lower()
        assert (await thief.http.get("/chat/messages")).status_code == 401


async def test_signing_in_again_ends_the_session_this_browser_had(house: GuestHouse) -> None:
    async with house.browser() as client:
        await sign_in(client, house.box, ANA)
        await sign_in(client, house.box, BIA)
    with house.house.db.read_transaction() as session:
        assert len(session.exec(select(PageSession)).all()) == 1


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-out", "/chat/messages"])
@pytest.mark.parametrize("origin", ["https://evil.example", "http://rabisco.example", "null", ""])
async def test_no_other_page_can_post_in_a_persons_name(lodge: GuestHouse, path: str, origin: str) -> None:
    async with lodge.signed_in(ANA) as client:
        letters = len(lodge.box.letters)
        headers = {"origin": origin} if origin else {}
        answer = await client.http.post(path, data={"email": ANA, "code": "1"}, headers=headers)
        assert answer.status_code == 403
        assert len(lodge.box.letters) == letters
        assert (await client.http.get("/chat/messages")).status_code == 200


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "@example.com", "a b@example.com", "a@b@example.com", "<b>@x.yz\r\nBcc: c@d.ef"]
)
async def test_what_cannot_be_an_address_is_said_to_be_none(lodge: GuestHouse, address: str) -> None:
    async with lodge.browser() as client:
        answer = await ask(client, address)
    assert (answer.status_code, lodge.box.letters) == (400, [])
    assert told(answer)
    assert "<b>" not in answer.text


@pytest.mark.parametrize("body", [b"email=" + b"a" * 5000, b"&".join(b"a=1" for _ in range(50)), b"\xff\xfe", b""])
async def test_rubbish_instead_of_a_form_is_refused(lodge: GuestHouse, body: bytes) -> None:
    async with lodge.browser() as client:
        answer = await client.http.post("/sign-in", content=body, headers={"origin": PUBLIC})
    assert answer.status_code == 400


async def test_the_letter_and_the_pages_come_in_the_browsers_language(lodge: GuestHouse) -> None:
    async with lodge.browser() as client:
        language = {"accept-language": "pt-BR,pt;q=0.9"}
        await ask(client, ANA, **language)
        answer = await client.http.get("/sign-in/code", headers=language)
    assert 'lang="pt-BR"' in answer.text
    assert lodge.box.letters == [build_code_email("pt-BR", ANA, lodge.box.code(ANA))]


async def test_no_log_names_who_signs_in_nor_their_code(lodge: GuestHouse) -> None:
    with capture_logs() as logs:
        async with lodge.browser() as client:
            for _ in range(4):
                await ask(client, ANA)
            await enter(client, ANA, "000000")
            await enter(client, ANA, lodge.box.code(ANA))
            lodge.box.is_away = True
            await ask(client, BIA)
    assert {"sign-in-code-held-back", "sign-in-letter-not-sent"} <= {line["event"] for line in logs}
    written = repr(logs)
    assert not any(word in written for word in ("ana", "bia", "example.com", lodge.box.code(ANA)))


async def test_sessions_that_are_over_are_forgotten(house: GuestHouse, clock: Clock) -> None:
    async with house.browser() as client:
        await sign_in(client, house.box, ANA)
    clock.now += timedelta(days=29)
    assert house.porch.prune_sessions() == 0
    clock.now += timedelta(days=2)
    assert house.porch.prune_sessions() == 1


async def test_the_pages_of_signing_in_are_guarded_like_the_others(lodge: GuestHouse) -> None:
    async with lodge.browser() as client:
        answer = await client.http.get("/")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["cache-control"] == "no-store"
        client.http.cookies.set(EMAIL_COOKIE, "%3Cscript%3E@x.yz", domain="rabisco.example")
        assert (await client.http.get("/sign-in/code")).headers["location"] == "/"
    async with lodge.browser("https://rebound.example") as stranger:
        assert (await stranger.http.get("/")).status_code == 421
