"""Results made again with options that their user writes after seeing them: "first the dog, then the cat"."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from bots.core.context import Context, HandlerResult, Reply, build_error_reply, reply_for
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import get_feature, list_features
from bots.core.conversation.jobs import quoted_files, versions
from models.errors import RequestRejected
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Message
from pipeline import Pipeline, find_kind
from storage.identity import people
from storage.jobs import jobs

_TTL: Final = timedelta(hours=24)  # how long a text that replies to nothing is about the last result


def take_words(pipeline: Pipeline, context: Context, result: HandlerResult, text: str) -> bool:
    """Make the result that a text replies to again, or the last one, if the text has options for it. Whether it has.

    The last one is made again only by options that nobody writes by accident (`Feature.later_options`).
    """
    quoted = quoted_files.find_quoted_result(context)
    job = quoted or (_find_last_result(context) if _has_later_options(text) else None)
    feature = get_feature(job.kind) if job is not None and find_kind(job.kind) is not None else None
    if job is None or feature is None or feature.parse_words is None:
        return False
    try:
        options = feature.parse_words(text)
    except RequestRejected as error:
        result.replies.append(build_error_reply(error))
        return True
    if options:
        _make_again(pipeline, context, result, job, feature, options)
        hints = feature.list_hints(text) if result.jobs else ()
        result.replies += [Reply(Message(paragraphs=(hint,))) for hint in hints]
    return bool(options)


def _has_later_options(text: str) -> bool:
    parsers = [(each.parse_words, each.later_options) for each in list_features() if each.later_options]
    with suppress(RequestRejected):
        return any(name in parse(text) for parse, names in parsers if parse is not None for name in names)
    return False


def _make_again(
    pipeline: Pipeline,
    context: Context,
    result: HandlerResult,
    job: Job,
    feature: Feature,
    options: Mapping[str, Any],
) -> None:
    changed = feature.kind.options.model_validate({**job.parameters, **options})
    if any(media.file_id is None for media in jobs.list_inputs(context.session, job.id)):
        result.replies.append(reply_for("error-file-gone"))
    elif versions.is_version_made(pipeline, context, job, changed):
        result.replies.append(reply_for("order-made"))
    else:
        versions.submit_version(pipeline, context, result, job, changed)


def _find_last_result(context: Context) -> Job | None:
    """The user's last result of this chat."""
    person_ids = people.list_merged_ids(context.session, context.person)
    job = jobs.find_last(context.session, person_ids, context.address.id, context.now - _TTL)
    return job if job is not None and job.status == JobStatus.DONE else None
