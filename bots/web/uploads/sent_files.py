"""Files of a user's message as the page shows them: their kind, their name, and a thumbnail made by the browser."""

from collections.abc import Callable

from bots.core.channel import AttachmentKind
from bots.web.message_view import SentFile, sanitize_thumbnail
from bots.web.uploads.multipart import Form, FormFile

_KINDS_BY_TYPE = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}


def kind_of(file: FormFile) -> AttachmentKind:
    """The kind of a file, by the type the browser declares."""
    return _KINDS_BY_TYPE.get(file.mime.partition("/")[0], AttachmentKind.FILE)


def list_sent_files(form: Form, is_exceeded: Callable[[], bool]) -> tuple[SentFile, ...]:
    """The files of a form. The browser sends their thumbnails in the same order; they are stored with the message, so
    that those beyond a limit are left out: `is_exceeded` counts each.
    """
    thumbnails = [sanitize_thumbnail(url) for url in form.fields.get("thumbnails", [])]
    thumbnails += [None] * (len(form.files) - len(thumbnails))
    return tuple(
        SentFile(kind=kind_of(file), name=file.name, thumbnail=None if url is None or is_exceeded() else url)
        for file, url in zip(form.files, thumbnails, strict=False)
    )
