"""The way in to the page in production: a code by e-mail, a cookie for thirty days, and the way out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.world.web import PUBLIC_URL, WebApp, error_text_of, open_web_app, request_code, sign_in, submit_code
from sqlmodel import select
from structlog.testing import capture_logs

from bots.core.delivery.email import build_code_email
from bots.web.auth.session import page_user_id_for
from bots.web.auth.sign_in import ATTEMPTS_PER_CLIENT, CODES_PER_CLIENT, SESSION_COOKIE
from bots.web.auth.sign_in_pages import EMAIL_COOKIE
from models.identity.sessions import PageSession
from storage.db import Database
from storage.identity import people
from storage.identity.code_limits import MAX_REQUESTED_PER_HOUR

ANA, BIA = "ana@example.com", "bia@example.org"


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    tmp_path: Path, databases: DatabaseFactory, clock: SettableClock, request: pytest.FixtureRequest
) -> Iterator[WebApp]:
    db = databases.open_database(request.param, clock)
    yield open_web_app(tmp_path, db, has_sign_in=True, clock=clock)
    db.close()


@pytest.fixture
def lodge(tmp_path: Path, sqlite: Database, clock: SettableClock) -> WebApp:
    """Where the kind of database does not matter."""
    return open_web_app(tmp_path, sqlite, has_sign_in=True, clock=clock)


async def test_who_has_the_code_comes_in_for_thirty_days(house: WebApp, clock: SettableClock) -> None:
    async with house.open_browser() as client:
        assert 'action="/sign-in"' in (await client.http.get("/")).text
        assert (await request_code(client, ANA)).headers["location"] == "/sign-in/code"
        assert ANA in (await client.http.get("/sign-in/code")).text
        answer = await submit_code(client, ANA, house.email_sender.wait_for_code(ANA))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert 'id="composer"' in (await client.http.get("/")).text
        assert (await client.http.get("/sign-in/code")).headers["location"] == "/"
        clock.advance(days=29, hours=23)
        assert (await client.http.get("/chat/messages")).status_code == 200
        clock.advance(hours=2)
        assert (await client.http.get("/chat/messages")).status_code == 401
        assert 'action="/sign-in"' in (await client.http.get("/")).text


async def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(lodge: WebApp) -> None:
    async with lodge.open_browser() as client:
        cookie = (await sign_in(client, lodge.email_sender, ANA)).headers.get_list("set-cookie")[0]
    name, *attributes = (part.strip().lower() for part in cookie.split(";"))
    assert name.startswith("__host-rabisco=")
    assert set(attributes) == {"httponly", "secure", "samesite=lax", "path=/", f"max-age={30 * 86400}"}


async def test_the_database_holds_neither_the_cookie_nor_the_address(house: WebApp) -> None:
    async with house.open_browser() as client:
        await sign_in(client, house.email_sender, ANA)
        cookie = client.http.cookies[SESSION_COOKIE]
    with house.db.read_transaction() as session:
        (row,) = session.exec(select(PageSession)).all()
    assert cookie not in row.model_dump_json()
    assert "ana" not in row.model_dump_json()


async def test_an_address_is_the_same_person_however_it_is_typed(house: WebApp) -> None:
    async with house.open_browser() as first, house.open_browser() as second:
        await sign_in(first, house.email_sender, ANA)
        await request_code(second, "  ANA@Example.COM ")
        assert (await submit_code(second, "Ana@example.com", house.email_sender.wait_for_code(ANA))).status_code == 303
    with house.db.read_transaction() as session:
        assert len({row.guest for row in session.exec(select(PageSession))}) == 1


async def test_a_wrong_code_lets_nobody_in_and_five_of_them_end_the_right_one(house: WebApp) -> None:
    async with house.open_browser() as client:
        await request_code(client, ANA)
        code = house.email_sender.wait_for_code(ANA)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        for _ in range(5):
            answer = await submit_code(client, ANA, wrong)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
            assert error_text_of(answer)
        assert (await submit_code(client, ANA, code)).status_code == 401


async def test_a_code_works_once_for_its_own_address_and_for_ten_minutes(house: WebApp, clock: SettableClock) -> None:
    async with house.open_browser() as client:
        await request_code(client, ANA)
        assert (await submit_code(client, BIA, house.email_sender.wait_for_code(ANA))).status_code == 401
        code = house.email_sender.wait_for_code(ANA)
        assert (await submit_code(client, ANA, f" {code[:3]} {code[3:]} ")).status_code == 303
        assert (await submit_code(client, ANA, code)).status_code == 401
        await request_code(client, ANA)
        clock.advance(minutes=10, seconds=1)
        assert (await submit_code(client, ANA, house.email_sender.wait_for_code(ANA))).status_code == 401


async def test_every_address_gets_the_same_answer_also_when_no_letter_goes_out(house: WebApp) -> None:
    async with house.open_browser() as client:
        answers = [await request_code(client, ANA) for _ in range(4)]
        house.email_sender.is_away = True
        answers.append(await request_code(client, BIA))
    assert [letter.to for letter in house.email_sender.emails] == [ANA] * 3
    seen = {
        (answer.status_code, answer.text, str(answer.headers).replace("bia%40example.org", "A")) for answer in answers
    }
    assert len({each.replace("ana%40example.com", "A") for *_, each in seen}) == 1
    assert {(status, text) for status, text, _ in seen} == {(303, "")}


async def test_one_client_cannot_have_letters_sent_to_the_whole_world(lodge: WebApp) -> None:
    async with lodge.open_browser() as client, lodge.open_browser(client="198.51.100.9") as other:
        for number in range(CODES_PER_CLIENT):
            assert (await request_code(client, f"somebody{number}@example.com")).status_code == 303
        answer = await request_code(client, ANA)
        assert (answer.status_code, len(lodge.email_sender.emails)) == (429, CODES_PER_CLIENT)
        assert error_text_of(answer)
        assert (await request_code(other, ANA)).status_code == 303


async def test_one_client_cannot_guess_codes_of_many_addresses(lodge: WebApp) -> None:
    async with (
        lodge.open_browser(client="2001:db8::1") as client,
        lodge.open_browser(client="2001:db8::2") as neighbour,
    ):
        for number in range(ATTEMPTS_PER_CLIENT):
            assert (await submit_code(client, f"somebody{number}@example.com", "123456")).status_code == 401
        await request_code(neighbour, ANA)
        assert (await submit_code(neighbour, ANA, lodge.email_sender.wait_for_code(ANA))).status_code == 429


async def test_a_code_opens_the_page_in_the_browser_that_asked_for_it_alone(house: WebApp) -> None:
    async with house.open_browser() as client, house.open_browser(client="198.51.100.9") as thief:
        await request_code(client, ANA)
        code = house.email_sender.wait_for_code(ANA)
        assert (await submit_code(thief, ANA, code)).status_code == 401
        await request_code(thief, BIA)
        assert (await submit_code(thief, ANA, code)).status_code == 401
        assert (await submit_code(client, ANA, code)).status_code == 303


async def test_nobody_locks_an_owner_out_by_guessing_their_code(house: WebApp) -> None:
    async with house.open_browser() as client, house.open_browser(client="198.51.100.9") as vandal:
        await request_code(client, ANA)
        code = house.email_sender.wait_for_code(ANA)
        await request_code(vandal, ANA)
        for number in range(20):
            await submit_code(vandal, ANA, f"{number:06}")
        assert (await submit_code(client, ANA, code)).status_code == 303


async def test_nobody_locks_an_owner_out_by_asking_for_their_codes(house: WebApp) -> None:
    async with house.open_browser() as client:
        await sign_in(client, house.email_sender, ANA)
        for number in range(20):
            async with house.open_browser(client=f"198.51.100.{number}") as vandal:
                await request_code(vandal, ANA)
        letters = len(house.email_sender.emails)
        assert letters <= 1 + MAX_REQUESTED_PER_HOUR
        await client.http.post("/sign-out", headers={"x-rabisco": "page"})
        assert (await sign_in(client, house.email_sender, ANA)).status_code == 303
        assert len(house.email_sender.emails) == letters + 1


async def test_a_browser_that_is_known_is_not_shut_out_with_the_rest_of_its_network(lodge: WebApp) -> None:
    async with lodge.open_browser() as client, lodge.open_browser() as neighbour:
        await sign_in(client, lodge.email_sender, ANA)
        for number in range(ATTEMPTS_PER_CLIENT):
            await request_code(neighbour, f"somebody{number}@example.com")
            await submit_code(neighbour, ANA, "123456")
        assert (await request_code(neighbour, ANA)).status_code == 429
        assert (await sign_in(client, lodge.email_sender, ANA)).status_code == 303
        assert (await request_code(client, BIA)).status_code == 429  # it is known for its own address


async def test_one_client_asks_for_an_address_three_times_an_hour_however_many_browsers_it_says_it_is(
    lodge: WebApp,
) -> None:
    for _ in range(6):
        async with lodge.open_browser() as client:
            assert (await request_code(client, ANA)).status_code == 303
    assert len(lodge.email_sender.emails) == 3


@pytest.mark.parametrize("cookie", ["", ".", "x.ana%40example.com", "a" * 22, "a" * 22 + ".%00", "é" * 22 + ".x@y.zz"])
async def test_a_cookie_of_ones_own_making_opens_nothing(lodge: WebApp, cookie: str) -> None:
    async with lodge.open_browser() as client:
        await request_code(client, ANA)
        code = lodge.email_sender.wait_for_code(ANA)
        headers = {"cookie": f"{EMAIL_COOKIE}={cookie}".encode()}
        forged = await client.http.post(
            "/sign-in/code", data={"email": ANA, "code": code}, headers={"origin": PUBLIC_URL, **headers}
        )
        assert forged.status_code == 401


async def test_an_address_with_a_tag_is_the_same_person_and_the_code_goes_to_the_address_itself(house: WebApp) -> None:
    async with house.open_browser() as first, house.open_browser() as second:
        await sign_in(first, house.email_sender, ANA)
        await request_code(second, "ana+free.credits@example.com")
        assert {letter.to for letter in house.email_sender.emails} == {ANA}
        code = house.email_sender.wait_for_code(ANA)
        assert (await submit_code(second, "ana+free.credits@example.com", code)).status_code == 303
    with house.db.read_transaction() as session:
        assert len({row.guest for row in session.exec(select(PageSession))}) == 1


async def test_who_has_had_an_account_with_a_tag_keeps_it(house: WebApp) -> None:
    tagged = "ana+work@example.com"
    own_id = page_user_id_for(house.parts.sign_in.secret, house.account.tenant_id, tagged)  # type: ignore[union-attr]
    with house.db.transaction() as session:
        people.get_or_create_person(session, house.account, own_id, name="", language=None)
    async with house.open_browser() as client:
        assert (await sign_in(client, house.email_sender, tagged)).status_code == 303
    with house.db.read_transaction() as session:
        assert session.exec(select(PageSession.guest)).one() == own_id


async def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(house: WebApp) -> None:
    async with house.open_browser() as client, house.open_browser() as thief:
        await sign_in(client, house.email_sender, ANA)
        thief.http.cookies.set(SESSION_COOKIE, client.http.cookies[SESSION_COOKIE], domain="rabisco.example")
        assert (await thief.http.get("/chat/messages")).status_code == 200
        answer = await client.http.post("/sign-out", headers={"x-rabisco": "page"})
        assert answer.status_code == 303
        assert "max-age=0" in answer.headers["set-cookie"].lower()
        assert (await thief.http.get("/chat/messages")).status_code == 401


async def test_signing_in_again_ends_the_session_this_browser_had(house: WebApp) -> None:
    async with house.open_browser() as client:
        await sign_in(client, house.email_sender, ANA)
        await sign_in(client, house.email_sender, BIA)
    with house.db.read_transaction() as session:
        assert len(session.exec(select(PageSession)).all()) == 1


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-out", "/chat/messages"])
@pytest.mark.parametrize("origin", ["https://evil.example", "http://rabisco.example", "null", ""])
async def test_no_other_page_can_post_in_a_persons_name(lodge: WebApp, path: str, origin: str) -> None:
    async with lodge.open_signed_in_browser(ANA) as client:
        letters = len(lodge.email_sender.emails)
        headers = {"origin": origin} if origin else {}
        answer = await client.http.post(path, data={"email": ANA, "code": "1"}, headers=headers)
        assert answer.status_code == 403
        assert len(lodge.email_sender.emails) == letters
        assert (await client.http.get("/chat/messages")).status_code == 200


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "@example.com", "a b@example.com", "a@b@example.com", "<b>@x.yz\r\nBcc: c@d.ef"]
)
async def test_what_cannot_be_an_address_is_said_to_be_none(lodge: WebApp, address: str) -> None:
    async with lodge.open_browser() as client:
        answer = await request_code(client, address)
    assert (answer.status_code, lodge.email_sender.emails) == (400, [])
    assert error_text_of(answer)
    assert "<b>" not in answer.text


@pytest.mark.parametrize("body", [b"email=" + b"a" * 5000, b"&".join(b"a=1" for _ in range(50)), b"\xff\xfe", b""])
async def test_rubbish_instead_of_a_form_is_refused(lodge: WebApp, body: bytes) -> None:
    async with lodge.open_browser() as client:
        answer = await client.http.post("/sign-in", content=body, headers={"origin": PUBLIC_URL})
    assert answer.status_code == 400


async def test_the_letter_and_the_pages_come_in_the_browsers_language(lodge: WebApp) -> None:
    async with lodge.open_browser() as client:
        language = {"accept-language": "pt-BR,pt;q=0.9"}
        await request_code(client, ANA, **language)
        answer = await client.http.get("/sign-in/code", headers=language)
    assert 'lang="pt-BR"' in answer.text
    assert lodge.email_sender.emails == [build_code_email("pt-BR", ANA, lodge.email_sender.wait_for_code(ANA))]


async def test_no_log_names_who_signs_in_nor_their_code(lodge: WebApp) -> None:
    with capture_logs() as logs:
        async with lodge.open_browser() as client:
            for _ in range(4):
                await request_code(client, ANA)
            await submit_code(client, ANA, "000000")
            await submit_code(client, ANA, lodge.email_sender.wait_for_code(ANA))
            lodge.email_sender.is_away = True
            await request_code(client, BIA)
    assert {"sign-in-code-throttled", "sign-in-email-not-sent"} <= {line["event"] for line in logs}
    written = repr(logs)
    assert not any(word in written for word in ("ana", "bia", "example.com", lodge.email_sender.wait_for_code(ANA)))


async def test_sessions_that_are_over_are_forgotten(house: WebApp, clock: SettableClock) -> None:
    async with house.open_browser() as client:
        await sign_in(client, house.email_sender, ANA)
    clock.advance(days=29)
    assert house.parts.sign_in.prune_sessions() == 0
    clock.advance(days=2)
    assert house.parts.sign_in.prune_sessions() == 1


async def test_the_pages_of_signing_in_are_guarded_like_the_others(lodge: WebApp) -> None:
    async with lodge.open_browser() as client:
        answer = await client.http.get("/")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["cache-control"] == "no-store"
        client.http.cookies.set(EMAIL_COOKIE, "%3Cscript%3E@x.yz", domain="rabisco.example")
        assert (await client.http.get("/sign-in/code")).headers["location"] == "/"
    async with lodge.open_browser("https://rebound.example") as stranger:
        assert (await stranger.http.get("/")).status_code == 421
