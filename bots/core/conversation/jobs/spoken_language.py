"""The question which language is spoken in a file, asked where it can neither be detected nor is known."""

import uuid
from collections.abc import Sequence

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs.submission import Submission, acknowledge, submit
from models.jobs.options import JobOptions
from models.languages import load_languages
from models.media.files import Media
from models.messaging.deliveries import Message
from models.messaging.updates import Dialogue
from pipeline import Pipeline
from storage.messaging import updates

SPOKEN_QUESTION = "spoken"  # name of the question in `Dialogue`
LANGUAGES_OFFERED = (("en", "english"), ("pt", "portuguese"), ("es", "spanish"), ("other", "other-language"))


def should_ask(pipeline: Pipeline, context: Context, options: JobOptions) -> bool:
    """Whether the user has not chosen the spoken language, and it cannot be detected either."""
    can_detect = context.person.language in load_languages().local or pipeline.has_speech_service
    return options.spoken_language == "auto" and not can_detect


def ask(context: Context, feature: Feature, media: Sequence[Media], status_delivery_id: int) -> Reply:
    """Ask once for all files; an older question is replaced, and its choices no longer work."""
    about = {
        "kind": feature.kind.name,
        "videos": [item.id.hex for item in media],
        "reply_to": context.inbound.message_id,
        "ack": status_delivery_id,
    }
    question = Dialogue(
        address_id=context.address.id,
        person_id=context.person.id,
        question=SPOKEN_QUESTION,
        about=about,
        asked_at=context.now,
    )
    updates.ask_question(context.session, question)
    choices = [choice_for(f"spoken:{code}:{media[0].id.hex}", f"choice-{name}") for code, name in LANGUAGES_OFFERED]
    message = Message(
        paragraphs=(text_for("question-spoken"),),
        choices=(tuple(choices[:3]), tuple(choices[3:])),
        edits_delivery=status_delivery_id,
    )
    return Reply(message, has_reply_to=True)


def answer(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the answer to the question about the spoken language: `en:<id of the first video asked about>`."""
    code, _, video = argument.partition(":")
    question = updates.find_open_question(context.session, context.address.id, context.person.id)
    is_asked = question is not None and question.question == SPOKEN_QUESTION and video == question.about["videos"][0]
    if question is None or not is_asked or code not in dict(LANGUAGES_OFFERED):
        result.replies.append(reply_for("error-not-found"))
        return
    about = question.about
    updates.close_question(context.session, context.address.id, context.person.id)
    feature = get_feature(about.get("kind", "caption"))  # questions of earlier versions were about captions
    options = feature.build_options(context.person.tastes).with_language(code)
    status = about["ack"]
    for media_id in about["videos"]:
        media = context.session.get_one(Media, uuid.UUID(media_id))
        status = status or acknowledge(context, result, about["reply_to"])
        submit(pipeline, context, result, [media], options, Submission(about["reply_to"], status))
        status = None
