"""Intake of files as jobs: pictures are sketched, videos are captioned, subtitles are applied to the last video."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bots.core import shop, subscription
from bots.core.visit import Outcome, Reply, Visit, choice, refusal, say, word
from models.deliveries import Message
from models.errors import AppError, Code, Refused
from models.files import Media
from models.films import CaptionOptions, SketchOptions
from models.jobs import Job, Kind
from models.languages import languages
from models.limits import limits
from models.media import MediaKind
from models.updates import Dialogue
from models.words import Transcript
from pipeline.service import Order, Pipeline
from storage import files, jobs, outbox, transcripts, updates
from storage.files import Measured
from storage.outbox import Owed

SPOKEN = "spoken"  # name of the question which language is spoken in a video


@dataclass(slots=True)
class Intake:
    """Submits the files of one message. The first reply replaces the acknowledgement; each further film gets a status
    message of its own to show its progress."""

    pipeline: Pipeline
    visit: Visit
    outcome: Outcome
    ack: int | None

    def take(self) -> None:
        measured = [file for file in self.visit.files if isinstance(file, Measured)]
        words = [file for file in self.visit.files if isinstance(file, Transcript)]
        self._draw([file for file in measured if file.facts.kind is MediaKind.IMAGE])
        self._caption([file for file in measured if file.facts.kind is MediaKind.VIDEO], words)
        if any(file.facts.kind is MediaKind.AUDIO for file in measured):
            self._reply("audio-needs-picture")
        self._refuse([file for file in self.visit.files if isinstance(file, AppError)])

    def _draw(self, pictures: Sequence[Measured]) -> None:
        most = limits().film.max_scenes
        if pictures:
            self._submit(self._keep(pictures[:most]), self.visit.tastes.sketch())
        if len(pictures) > most and self.outcome.jobs:
            self._reply("album-too-long", limit=most)

    def _caption(self, videos: Sequence[Measured], words: Sequence[Transcript]) -> None:
        """Submit caption jobs. Subtitles sent with videos are paired with them in order; others apply to the last
        video of the user."""
        kept = self._keep(videos)
        for video, transcript in zip(kept, words, strict=False):
            self._submit([video], self.visit.tastes.caption(), transcript)
        for transcript in words[len(kept) :]:
            self._subtitle(transcript)
        heard = kept[len(words) :]
        if heard and self._must_ask():
            self._ask_language(heard)
        else:
            for video in heard:
                self._submit([video], self.visit.tastes.caption())

    def _subtitle(self, transcript: Transcript) -> None:
        """Caption the video that was sent last with these subtitles."""
        visit = self.visit
        video = files.last_video(visit.session, visit.person.id, visit.now)
        if video is None:
            self._reply("subtitles-no-video")
        else:
            updates.close_question(visit.session, visit.address.id, visit.person.id)
            self._submit([video], visit.tastes.caption(), transcript)

    def _must_ask(self) -> bool:
        """Whether the language spoken in this user's videos is unknown and cannot be detected."""
        visit = self.visit
        is_known = visit.tastes.spoken != "auto" or visit.person.language in languages().local
        return not (is_known or self.pipeline.hears_everything)

    def _ask_language(self, videos: Sequence[Media]) -> None:
        """Ask once for all videos; an older question is replaced, and its choices no longer work."""
        visit, status = self.visit, self._status()
        about = {"videos": [video.id.hex for video in videos], "reply_to": visit.inbound.message, "ack": status}
        question = Dialogue(
            address_id=visit.address.id, person_id=visit.person.id, question=SPOKEN, about=about, asked_at=visit.now
        )
        updates.ask(visit.session, question)
        offered = (("en", "english"), ("pt", "portuguese"), ("es", "spanish"), ("other", "other-language"))
        choices = [choice(f"spoken:{code}:{videos[0].id.hex}", f"choice-{name}") for code, name in offered]
        message = Message(
            paragraphs=(word("question-spoken"),),
            choices=(tuple(choices[:3]), tuple(choices[3:])),
            edits_delivery=status,
        )
        self.outcome.replies.append(Reply(message, answers=True))

    def _keep(self, files: Sequence[Measured]) -> list[Media]:
        visit = self.visit
        return [self.pipeline.keep(visit.session, visit.person, file, visit.now) for file in files]

    def _submit(
        self, media: Sequence[Media], options: SketchOptions | CaptionOptions, transcript: Transcript | None = None
    ) -> None:
        place = Submission(self.visit.inbound.message, self._status(), transcript=transcript)
        submit(self.pipeline, self.visit, self.outcome, media, options, place)

    def _refuse(self, errors: Sequence[AppError]) -> None:
        """Reply with each distinct error once, however many files share it."""
        for error in {str(error): error for error in errors}.values():
            self.outcome.replies.append(refusal(error, edits_delivery=self._take_ack()))

    def _reply(self, key: str, **values: int) -> None:
        message = Message(paragraphs=(word(key, **values),), edits_delivery=self._take_ack())
        self.outcome.replies.append(Reply(message, answers=True))

    def _status(self) -> int:
        return self._take_ack() or acknowledge(self.visit, self.outcome, self.visit.inbound.message)

    def _take_ack(self) -> int | None:
        ack, self.ack = self.ack, None
        return ack


def acknowledge(visit: Visit, outcome: Outcome, reply_to: str | None) -> int:
    """Enqueue another status message to show a film's progress; returns its delivery id."""
    part = str(len(outcome.jobs) + len(outcome.replies))
    cause = f"status:{visit.account.id}:{visit.inbound.updates[0]}"
    owed = Owed(Message(paragraphs=(word("received"),)), cause, part, reply_to)
    return outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)


@dataclass(frozen=True, slots=True)
class Submission:
    """Details of a submission: the message the film replies to, the delivery of its status message, the job it repeats,
    and the given transcript."""

    reply_to: str | None
    status: int | None
    parent: uuid.UUID | None = None
    transcript: Transcript | None = None


def submit(
    pipeline: Pipeline,
    visit: Visit,
    outcome: Outcome,
    media: Sequence[Media],
    options: SketchOptions | CaptionOptions,
    place: Submission,
) -> None:
    """Submit a job, or reply with the reason for the refusal."""
    fitting = options.encoding.model_copy(update={"max_bytes": visit.can.max_upload})
    order = Order(
        person=visit.person,
        address=visit.address,
        media=media,
        options=options.model_copy(update={"encoding": fitting}),
        reply_to=place.reply_to,
        status_delivery_id=place.status,
        received_at=visit.inbound.received_at,
        parent_id=place.parent,
        transcript=place.transcript,
    )
    if place.transcript is None and isinstance(options, CaptionOptions) and not _hears(pipeline, options.language):
        outcome.replies.append(_unheard(options.language, place.status))
        return
    try:
        job = pipeline.submit(visit.session, order)
        outcome.jobs.append(job.id)
        outcome.replies += subscription.lent(visit, job.id)
    except Refused as error:
        message = refusal(error, edits_delivery=place.status).message
        outcome.replies.append(Reply(shop.refused(pipeline, visit, error, message), answers=True))


def _hears(pipeline: Pipeline, language: str) -> bool:
    known = languages()
    return language == "auto" or language in (known.names if pipeline.hears_everything else known.local)


def _unheard(language: str, status: int | None) -> Reply:
    """Build the error for a language that cannot be transcribed, before anything is charged; it offers subtitles as the
    alternative."""
    message = refusal(Refused(Code.LANGUAGE_NOT_HEARD, language=language), edits_delivery=status).message
    paragraphs = (*message.paragraphs[:-1], word("subtitles-offer"), message.paragraphs[-1])
    return Reply(message.model_copy(update={"paragraphs": paragraphs}), answers=True)


def speak(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Handle the answer to the question about the spoken language: `en:<id of the first video asked about>`."""
    code, _, video = argument.partition(":")
    question = updates.open_question(visit.session, visit.address.id, visit.person.id)
    if question is None or question.question != SPOKEN or video != question.about["videos"][0]:
        outcome.replies.append(say("error-not-found"))
        return
    about = question.about
    updates.close_question(visit.session, visit.address.id, visit.person.id)
    options = visit.tastes.caption().model_copy(update={"language": code})
    status = about["ack"]
    for name in about["videos"]:
        media = visit.session.get_one(Media, uuid.UUID(name))
        status = status or acknowledge(visit, outcome, about["reply_to"])
        submit(pipeline, visit, outcome, [media], options, Submission(about["reply_to"], status))
        status = None


def again(pipeline: Pipeline, visit: Visit, outcome: Outcome, job: Job) -> None:
    """Submit a job again, with the user's present preferences."""
    media = jobs.inputs(visit.session, job.id)
    tastes = visit.tastes
    options = tastes.sketch() if job.kind == Kind.SKETCH else tastes.caption()
    if isinstance(options, CaptionOptions) and options.language == "auto":
        options = options.model_copy(update={"language": job.parameters.get("language", "auto")})
    status = acknowledge(visit, outcome, job.reply_to)
    place = Submission(job.reply_to, status, parent=job.id, transcript=transcripts.given(visit.session, job.id))
    submit(pipeline, visit, outcome, media, options, place)
