"""From what was sent to jobs: pictures are drawn, videos are captioned, subtitles go onto the last video."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from bots.core.visit import Reply, Visit, choice, refusal, say, word
from models.deliveries import Message
from models.errors import AppError, Code, Refused
from models.files import Media
from models.films import CaptionOptions, SketchOptions
from models.jobs import Job, Kind
from models.limits import limits
from models.media import MediaKind
from models.updates import Dialogue
from models.words import Transcript
from pipeline.service import Order, Pipeline
from storage import files, jobs, transcripts, updates
from storage.files import Measured

SPOKEN = "spoken"  # the question which language a video speaks


@dataclass(slots=True)
class Outcome:
    """Replies, and the jobs a worker is to be woken for after the commit."""

    replies: list[Reply] = field(default_factory=list)
    jobs: list[uuid.UUID] = field(default_factory=list)


@dataclass(slots=True)
class Intake:
    """Takes one visit's files. The first film, or the first refusal, takes over the message that acknowledged them."""

    pipeline: Pipeline
    visit: Visit
    outcome: Outcome
    ack: int | None

    def take(self) -> None:
        measured = [file for file in self.visit.files if isinstance(file, Measured)]
        pictures = [file for file in measured if file.facts.kind is MediaKind.IMAGE]
        if pictures:
            self._draw(pictures[: limits().film.max_scenes])
        for file in measured:
            if file.facts.kind is not MediaKind.IMAGE:
                self._caption(file)
        for refused in self.visit.files:
            if isinstance(refused, AppError):
                self._refuse(refused)
            elif isinstance(refused, Transcript):
                self._subtitle(refused)

    def _draw(self, pictures: Sequence[Measured]) -> None:
        self._submit(self._keep(pictures), self.visit.tastes.sketch())

    def _caption(self, video: Measured) -> None:
        if video.facts.kind is MediaKind.AUDIO:
            self._reply("audio-needs-picture")
            return
        media = self._keep([video])
        if self._knows_language():
            self._submit(media, self.visit.tastes.caption())
        else:
            self._ask_language(media[0])

    def _subtitle(self, transcript: Transcript) -> None:
        """Put subtitles onto the video that was sent last."""
        visit = self.visit
        video = files.last_video(visit.session, visit.person.id, visit.now)
        if video is None:
            self._reply("subtitles-no-video")
        else:
            updates.close_question(visit.session, visit.address.id, visit.person.id)
            self._submit([video], visit.tastes.caption(), transcript)

    def _knows_language(self) -> bool:
        visit = self.visit
        return self.pipeline.hears_everything or visit.tastes.spoken != "auto" or visit.person.language == "en"

    def _ask_language(self, video: Media) -> None:
        visit = self.visit
        about = {"media": video.id.hex, "reply_to": visit.inbound.message, "ack": self.ack}
        question = Dialogue(
            address_id=visit.address.id, person_id=visit.person.id, question=SPOKEN, about=about, asked_at=visit.now
        )
        updates.ask(visit.session, question)
        languages = (("en", "english"), ("pt", "portuguese"), ("es", "spanish"), ("other", "other-language"))
        choices = [choice(f"spoken:{code}", f"choice-{name}") for code, name in languages]
        message = Message(
            paragraphs=(word("question-spoken"),),
            choices=(tuple(choices[:3]), tuple(choices[3:])),
            edits_delivery=self._take_ack(),
        )
        self.outcome.replies.append(Reply(message, answers=True))

    def _keep(self, files: Sequence[Measured]) -> list[Media]:
        visit = self.visit
        return [self.pipeline.keep(visit.session, visit.person, file, visit.now) for file in files]

    def _submit(
        self, media: Sequence[Media], options: SketchOptions | CaptionOptions, transcript: Transcript | None = None
    ) -> None:
        place = Submission(self.visit.inbound.message, self._take_ack(), transcript=transcript)
        submit(self.pipeline, self.visit, self.outcome, media, options, place)

    def _refuse(self, error: AppError) -> None:
        self.outcome.replies.append(refusal(error, edits_delivery=self._take_ack()))

    def _reply(self, key: str) -> None:
        message = Message(paragraphs=(word(key),), edits_delivery=self._take_ack())
        self.outcome.replies.append(Reply(message, answers=True))

    def _take_ack(self) -> int | None:
        ack, self.ack = self.ack, None
        return ack


@dataclass(frozen=True, slots=True)
class Submission:
    """Where a film goes: the message it answers, the message that shows its progress, and what it repeats."""

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
    """Submit a job, or say why not."""
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
    try:
        outcome.jobs.append(pipeline.submit(visit.session, order).id)
    except Refused as error:
        outcome.replies.append(refusal(error, edits_delivery=place.status))


def speak(pipeline: Pipeline, visit: Visit, outcome: Outcome, code: str) -> None:
    """The answer to which language a video speaks."""
    question = updates.open_question(visit.session, visit.address.id, visit.person.id)
    if question is None or question.question != SPOKEN:
        outcome.replies.append(say("error-not-found"))
        return
    about = question.about
    updates.close_question(visit.session, visit.address.id, visit.person.id)
    media = visit.session.get(Media, uuid.UUID(about["media"]))
    if media is None:
        outcome.replies.append(say("error-file-gone"))
        return
    if code != "en":
        error = Refused(Code.LANGUAGE_NOT_HEARD, language=code)
        standing = refusal(error, edits_delivery=about["ack"]).message
        paragraphs = (*standing.paragraphs[:-1], word("subtitles-offer"), standing.paragraphs[-1])
        outcome.replies.append(Reply(standing.model_copy(update={"paragraphs": paragraphs}), answers=False))
        return
    options = visit.tastes.caption().model_copy(update={"language": code})
    submit(pipeline, visit, outcome, [media], options, Submission(about["reply_to"], about["ack"]))


def again(pipeline: Pipeline, visit: Visit, outcome: Outcome, job: Job, status: int | None) -> None:
    """Make a job's film once more, with the person's tastes as they are now."""
    media = jobs.inputs(visit.session, job.id)
    tastes = visit.tastes
    options = tastes.sketch() if job.kind == Kind.SKETCH else tastes.caption()
    if isinstance(options, CaptionOptions) and options.language == "auto":
        options = options.model_copy(update={"language": job.parameters.get("language", "auto")})
    place = Submission(job.reply_to, status, parent=job.id, transcript=transcripts.given(visit.session, job.id))
    submit(pipeline, visit, outcome, media, options, place)
