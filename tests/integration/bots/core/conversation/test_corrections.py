"""Words of a film corrected in a chat: the numbered lines, the answer, the film made again, and what it costs."""

import json
from dataclasses import replace

import pytest
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import build_audio, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job, JobStatus
from models.jobs.transcript import Transcript, Word
from pipeline.speech.subtitles import writer
from storage.jobs import jobs, transcripts
from storage.media import files

SENTENCES = ("Ola joao tudo bem com voce hoje.", "Eu moro em sao paulo faz tempo.", "Uh.")


def speak(*sentences: str) -> Transcript:
    """Half a second a word, and a pause of a second after each sentence."""
    words, now = [], 0.0
    for sentence in sentences:
        for text in sentence.split():
            words.append(Word(text=text, start=now, end=now + 0.4))
            now += 0.5
        now += 1.0
    return Transcript(language="pt", words=tuple(words), engine="groq", confidence=0.9)


HEARD = speak(*SENTENCES)


@pytest.fixture
def house(house: World) -> World:
    house.renderer.transcript = HEARD
    return house


async def run_and_deliver(house: World) -> None:
    assert house.run_job()
    await house.deliver_all()


async def send_film(house: World, user: FakeUser, seconds: float = 30.0) -> ChatMessage:
    """A captioned film in the chat."""
    await user.send_files(build_video(seconds), names=("talk.mp4",))
    await run_and_deliver(house)
    return [message for message in user.messages if message.kind == "video"][-1]


async def show_lines(house: World, user: FakeUser, seconds: float = 30.0) -> ChatMessage:
    film = await send_film(house, user, seconds)
    return await user.choose(find_button(film), film)


def find_button(message: ChatMessage) -> str:
    return next(choice.data for choice in message.choices if choice.data.startswith("correct:"))


async def reply(user: FakeUser, message: ChatMessage, text: str) -> ChatMessage:
    return await user.handle_inbound(user.build_inbound(text=text, quoted_message_id=message.id))


def read_words(house: World, job: Job) -> tuple[Word, ...]:
    with house.db.read_transaction() as session:
        given = transcripts.find_given(session, job.id)
    assert given is not None
    return given.words


def read_text(house: World, job: Job) -> str:
    return " ".join(word.text for word in read_words(house, job))


async def test_the_words_come_numbered_by_line_with_how_to_answer_and_the_price(house: World, ana: FakeUser) -> None:
    lines = await show_lines(house, ana)
    assert lines.text.splitlines()[:3] == [f"{number}: {text}" for number, text in enumerate(SENTENCES, start=1)]
    assert "3: the new text" in lines.text
    assert lines.text.endswith("It costs nothing.")


async def test_a_corrected_line_makes_the_film_again_without_listening_and_unchanged_words_keep_their_times(
    house: World, ana: FakeUser
) -> None:
    await show_lines(house, ana)
    await ana.send_text("1: Olá João, tudo bem com você hoje.")
    first, second = house.list_jobs()
    assert (second.parent_id, second.kind, second.reply_to) == (first.id, "caption", first.reply_to)
    assert house.list_input_names(second) == ["talk.mp4"]
    words = read_words(house, second)
    assert [word.text for word in words[:7]] == ["Olá", "João,", "tudo", "bem", "com", "você", "hoje."]
    assert [(word.start, word.end) for word in words] == [(word.start, word.end) for word in HEARD.words]
    await run_and_deliver(house)
    assert house.reload_job(second).status == JobStatus.DONE
    assert ana.last_message.kind == "video"


async def test_several_lines_at_once_some_of_them_removed(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana)
    await ana.send_text("1: Olá!\n2. Eu moro em São Paulo\nfaz tempo.\n3: -")
    assert read_text(house, house.list_jobs()[-1]) == "Olá! Eu moro em São Paulo faz tempo."


async def test_a_line_whose_number_stands_alone_is_removed(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana)
    await ana.send_text("3:")
    assert read_text(house, house.list_jobs()[-1]) == " ".join(SENTENCES[:2])


async def test_lines_that_come_back_without_numbers_are_found_in_a_reply(house: World, ana: FakeUser) -> None:
    lines = await show_lines(house, ana)
    await reply(ana, lines, "Eu moro em São Paulo faz tempo.\nOlá João, tudo bem com você hoje?")
    assert read_text(house, house.list_jobs()[-1]).startswith("Olá João, tudo bem com você hoje? Eu moro em São Paulo")


async def test_a_reply_that_is_like_no_line_is_asked_back_and_without_a_reply_it_is_any_text(
    house: World, ana: FakeUser
) -> None:
    lines = await show_lines(house, ana)
    assert "which lines you mean" in (await reply(ana, lines, "thanks a lot")).text
    assert "I make films" in (await ana.send_text("thanks a lot")).text
    assert len(house.list_jobs()) == 1


async def test_the_next_text_is_a_correction_too_where_it_is_like_a_line(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana)
    await ana.send_text("Eu moro em São Paulo faz tempo.")
    assert "São Paulo faz tempo." in read_text(house, house.list_jobs()[-1])
    assert "I make films" in (await ana.send_text("Eu moro em São Paulo faz muito tempo.")).text
    assert len(house.list_jobs()) == 2


@pytest.mark.parametrize(
    "text", ["3 Tchau.", "3 - Tchau.", "3️⃣: Tchau.", "2: Eu moro em sao paulo faz tempo.\n3️⃣ : Tchau."]
)
async def test_a_number_is_understood_where_its_colon_is_missing_or_an_emoji(
    house: World, ana: FakeUser, text: str
) -> None:
    await reply(ana, await show_lines(house, ana), text)
    assert read_text(house, house.list_jobs()[-1]) == f"{' '.join(SENTENCES[:2])} Tchau."


async def test_emoji_in_a_line_are_words_of_it_and_take_no_time_of_others(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana)
    await ana.send_text("3: Uh. 👋🏽\n1: 🎉 Ola joao tudo bem com voce hoje.")
    words = read_words(house, house.list_jobs()[-1])
    assert words[0].text.startswith("🎉")
    assert words[-1].text == "Uh. 👋🏽"
    kept = {(word.text, word.start, word.end) for word in HEARD.words}
    assert len(kept - {(word.text, word.start, word.end) for word in words}) <= 2


async def test_what_was_corrected_stays_when_another_line_follows(house: World, ana: FakeUser) -> None:
    lines = await show_lines(house, ana)
    await reply(ana, lines, "1: Olá!")
    await reply(ana, lines, "3:")
    assert read_text(house, house.list_jobs()[-1]) == "Olá! Eu moro em sao paulo faz tempo."
    await reply(ana, lines, "1: Oi!")
    assert read_text(house, house.list_jobs()[-1]) == "Oi! Eu moro em sao paulo faz tempo."


async def test_a_correction_that_was_cancelled_does_not_stay(house: World, ana: FakeUser) -> None:
    lines = await show_lines(house, ana)
    await reply(ana, lines, "1: Ola!")
    await ana.choose(f"cancel:{house.list_jobs()[-1].id.hex}")
    await reply(ana, lines, "3:")
    assert read_text(house, house.list_jobs()[-1]) == " ".join(SENTENCES[:2])


async def test_a_correction_can_be_corrected(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana)
    await ana.send_text("3: Até logo!")
    await run_and_deliver(house)
    lines = await ana.choose(find_button(ana.last_message), ana.last_message)
    assert lines.text.splitlines()[2] == "3: Até logo!"
    await ana.send_text("3: Até mais!")
    third = house.list_jobs()[-1]
    assert third.parent_id == house.list_jobs()[1].id
    assert read_text(house, third).endswith("Até mais!")


async def test_a_reply_to_the_film_itself_corrects_its_lines(house: World, ana: FakeUser) -> None:
    film = await send_film(house, ana)
    await reply(ana, film, "3: Tchau.")
    assert read_text(house, house.list_jobs()[-1]).endswith("Tchau.")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("9: there is none", "There is no line 9: the lines go from 1 to 3."),
        ("0: none", "There is no line 0"),
        (f"2: {'x' * 501}", "Line 2 is too long"),
        ("1:\n2:\n3:", "no words left"),
        (f"1: {SENTENCES[0]}", "the words it has already"),
    ],
)
async def test_what_cannot_be_done_is_said_and_makes_nothing(
    house: World, ana: FakeUser, text: str, answer: str
) -> None:
    await show_lines(house, ana)
    assert answer in (await ana.send_text(text)).text
    assert len(house.list_jobs()) == 1


async def test_the_same_correction_twice_is_made_and_charged_once(house: World, ana: FakeUser) -> None:
    await show_lines(house, ana, seconds=100)
    await ana.send_text("3: Tchau.")
    assert "made exactly that already" in (await ana.send_text("3: Tchau.")).text
    await run_and_deliver(house)
    assert "made exactly that already" in (await ana.send_text("3: Tchau.")).text
    assert [job.credits for job in house.list_jobs()] == [2, 1]


async def test_the_smaller_price_is_said_before_and_taken_and_given_back_when_it_fails(
    house: World, ana: FakeUser
) -> None:
    lines = await show_lines(house, ana, seconds=200)
    assert lines.text.endswith("without listening again, for 1 credit.")
    house.renderer.error = RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN)
    await ana.send_text("3: Tchau.")
    assert [job.credits for job in house.list_jobs()] == [3, 1]
    await run_and_deliver(house)
    failure = ana.last_message
    assert "Your credit is back." in failure.text
    house.renderer.error = None
    await ana.choose(failure.get_choice_data("Again"), failure)
    retried = house.list_jobs()[-1]
    assert (retried.credits, read_text(house, retried).endswith("Tchau.")) == (1, True)
    await run_and_deliver(house)
    assert "6 credits" in (await ana.send_text("/balance")).text


async def test_after_many_corrections_of_a_file_the_next_costs_what_a_film_does(house: World, ana: FakeUser) -> None:
    catalogue = house.pipeline.entitlements.catalogue
    few = catalogue.corrections.model_copy(update={"most": 1})
    house.pipeline.entitlements.catalogue = catalogue.model_copy(update={"corrections": few})
    await show_lines(house, ana)
    await ana.send_text("3: Tchau.")
    await run_and_deliver(house)
    lines = await ana.choose(find_button(ana.last_message), ana.last_message)
    assert lines.text.endswith("for 1 credit.")
    await ana.send_text("3: Adeus.")
    assert [job.credits for job in house.list_jobs()] == [1, 0, 1]


async def test_somebody_elses_film_gives_nothing(house: World, ana: FakeUser, bia: FakeUser) -> None:
    film = await send_film(house, ana)
    answer = await bia.choose(find_button(film))
    assert "talk" not in answer.text
    assert "joao" not in answer.text
    intruder = FakeUser(house, ana.account, id="666", chat=ana.chat_ref.chat)
    lines = await ana.choose(find_button(film), film)
    await reply(intruder, lines, "3: mine now")
    await intruder.send_text("3: mine now")
    assert len(house.list_jobs()) == 1


async def test_a_number_and_a_colon_mean_nothing_before_lines_were_shown_or_a_day_later(
    house: World, ana: FakeUser
) -> None:
    await send_film(house, ana)
    assert "I make films" in (await ana.send_text("3: Tchau.")).text
    film = [message for message in ana.messages if message.kind == "video"][-1]
    await ana.choose(find_button(film), film)
    house.clock.advance(hours=25)
    assert "I make films" in (await ana.send_text("3: Tchau.")).text
    assert len(house.list_jobs()) == 1


async def test_a_film_whose_video_is_deleted_says_so_before_anything_is_written(house: World, ana: FakeUser) -> None:
    lines = await show_lines(house, ana)
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, house.list_jobs()[0].id):
            files.release(session, media)
    assert "(FILE_GONE)" in (await reply(ana, lines, "3: Tchau.")).text
    film = [message for message in ana.messages if message.kind == "video"][-1]
    assert (await ana.choose(find_button(film), film)).text.endswith("(FILE_GONE)")
    assert len(house.list_jobs()) == 1


@pytest.mark.parametrize("argument", ["", "nonsense", "0" * 32, "../../etc/passwd"])
async def test_hostile_data_of_the_button_is_refused(house: World, ana: FakeUser, argument: str) -> None:
    await send_film(house, ana)
    await ana.choose(f"correct:{argument}")
    assert len(house.list_jobs()) == 1


async def test_a_drawing_has_no_words_and_no_button_for_them(house: World, ana: FakeUser) -> None:
    house.renderer.transcript = None
    await ana.send_files(build_picture())
    await run_and_deliver(house)
    assert not any(choice.data.startswith("correct:") for choice in ana.last_message.choices)
    await ana.choose(f"correct:{house.list_jobs()[0].id.hex}")
    assert len(house.list_jobs()) == 1


async def test_without_buttons_a_number_with_a_colon_is_a_line_and_one_without_is_a_choice(house: World) -> None:
    console = house.get_account("console", capabilities=replace(ALL_CAPABILITIES, has_buttons=False, can_edit=False))
    user = FakeUser(house, console)
    film = await send_film(house, user)
    number = [choice.data for choice in film.choices].index(find_button(film)) + 1
    lines = await user.send_text(str(number))
    assert lines.text.startswith("1: Ola joao")
    await user.send_text("3: -")
    assert read_text(house, house.list_jobs()[-1]) == " ".join(SENTENCES[:2])
    await user.send_text("1")
    assert house.list_jobs()[-1].parent_id == house.list_jobs()[0].id


async def test_a_group_is_told_of_no_price(house: World, ana: FakeUser) -> None:
    member = FakeUser(house, ana.account, chat="group", in_group=True)
    lines = await show_lines(house, member)
    assert "cost" not in lines.text


async def test_a_long_text_comes_in_several_messages_each_of_which_can_be_answered(house: World, ana: FakeUser) -> None:
    house.renderer.transcript = speak(*(f"Frase número {number} de uma conversa comprida." for number in range(150)))
    before = len(ana.messages)
    await show_lines(house, ana)
    shown = [message for message in ana.messages[before:] if message.text[:1].isdigit()]
    assert len(shown) > 1
    assert all(len(message.text) <= 4096 for message in shown)
    numbers = [
        int(line.partition(":")[0]) for message in shown for line in message.text.splitlines() if "Frase" in line
    ]
    assert numbers == list(range(1, 151))
    await reply(ana, shown[0], "150: Fim.")
    assert read_text(house, house.list_jobs()[-1]).endswith("Fim.")


async def test_a_very_long_transcript_comes_as_its_subtitles_whose_numbers_are_those_of_the_lines(
    house: World, ana: FakeUser
) -> None:
    house.renderer.transcript = speak(*(f"Frase número {number} de uma conversa comprida." for number in range(900)))
    await ana.send_files(build_audio(500), names=("talk.ogg",))
    await run_and_deliver(house)
    answer = await ana.choose(find_button(ana.last_message), ana.last_message)
    assert answer.kind == "file"
    assert "number of its line" in answer.text
    await ana.send_text("900: Fim.")
    job = house.list_jobs()[-1]
    assert (job.kind, job.credits) == ("transcript", 0)
    assert read_text(house, job).endswith("Fim.")


async def test_a_very_long_film_without_a_file_of_its_words_says_what_to_send(house: World, ana: FakeUser) -> None:
    house.renderer.transcript = speak(*(f"Frase número {number} de uma conversa comprida." for number in range(900)))
    assert "too long to be corrected here" in (await show_lines(house, ana)).text


async def test_the_subtitles_of_a_transcript_can_be_sent_back_corrected(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_audio(30), names=("talk.ogg",))
    await run_and_deliver(house)
    lines = await ana.choose(find_button(ana.last_message), ana.last_message)
    corrected = writer.write(HEARD, ".srt").replace("joao", "João").encode()
    attachments = ana.build_files_inbound(corrected, names=("talk.srt",)).attachments
    await ana.handle_inbound(ana.build_inbound(attachments=attachments, quoted_message_id=lines.id))
    first, second = house.list_jobs()
    assert (second.kind, second.parent_id, second.credits) == ("transcript", first.id, 0)
    words = read_words(house, second)
    assert words[1].text == "João"
    assert (*words[:1], *words[2:]) == (*HEARD.words[:1], *HEARD.words[2:])


async def send_words(user: FakeUser, choice: str, words: object) -> ChatMessage:
    """Words as the editor of the page sends them, with the button that opened it."""
    content = words if isinstance(words, bytes) else json.dumps({"language": "xx", "words": words}).encode()
    attachments = user.build_files_inbound(content, names=("words.json",)).attachments
    return await user.handle_inbound(user.build_inbound(choice=choice, attachments=attachments))


async def test_words_of_the_editor_are_taken_as_they_are_with_their_times(house: World, ana: FakeUser) -> None:
    film = await send_film(house, ana)
    words = [word.model_dump() for word in HEARD.words]
    words[1] |= {"text": "João", "start": 0.4375, "end": 0.8125}
    await send_words(ana, find_button(film), words)
    job = house.list_jobs()[-1]
    given = read_words(house, job)
    assert given[1] == Word(text="João", start=0.4375, end=0.8125)
    assert (*given[:1], *given[2:]) == (*HEARD.words[:1], *HEARD.words[2:])
    with house.db.read_transaction() as session:
        stored = transcripts.find_given(session, job.id)
    assert stored is not None
    assert stored.language == "pt"
    assert job.parent_id == house.list_jobs()[0].id
    assert "made exactly that" in (await send_words(ana, find_button(film), words)).text
    assert len(house.list_jobs()) == 2


@pytest.mark.parametrize("words", [[], [{"text": "x"}], [{"text": "x", "start": -1, "end": 0}], b'{"words": [}', b"no"])
async def test_words_that_are_none_are_refused(house: World, ana: FakeUser, words: object) -> None:
    film = await send_film(house, ana)
    answer = await send_words(ana, find_button(film), words)
    assert answer.text.endswith(("(SUBTITLES_UNREADABLE)", "(NOT_MEDIA)"))
    assert len(house.list_jobs()) == 1


async def test_words_of_the_editor_for_somebody_elses_film_are_not_taken(
    house: World, ana: FakeUser, bia: FakeUser
) -> None:
    film = await send_film(house, ana)
    await send_words(bia, find_button(film), [word.model_dump() for word in HEARD.words[1:]])
    assert len(house.list_jobs()) == 1
