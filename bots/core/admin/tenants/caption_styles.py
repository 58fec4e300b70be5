"""Caption styles of a tenant: added by sending their files, listed and removed by `/styles`."""

from dataclasses import replace

from bots.core import roles
from bots.core.admin.replies import add_error_reply, add_reply
from bots.core.context import Context, HandlerResult, Reply, build_error_reply, text_for
from bots.core.roles import Command, split_verb
from models.captions.style_file import StyleFile
from models.errors import ErrorCode, RequestRejected
from models.identity.roles import Role
from models.jobs.caption_styles import load_caption_styles, read_bundled_file
from models.jobs.options import CaptionOptions
from models.messaging.deliveries import Message, StylePreview
from pipeline import Pipeline
from storage.tenants import branding

MAX_STYLES = 20  # of a tenant


def styles(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`remove NAME`, `show NAME` for the file of one of ours to begin with, or nothing to see the tenant's."""
    verb, name = split_verb(arguments)
    result.is_carried_out = verb == "remove"
    if not verb:
        _list(context, result)
    elif verb == "show" and name in load_caption_styles():
        add_reply(result, text_for("name", name=read_bundled_file(name)))
    elif verb == "remove" and branding.remove_style(context.session, context.account.tenant_id, name):
        result.audit_details["style"] = name
        add_reply(result, text_for("admin-styles-removed", name=name))
    elif verb in {"show", "remove"}:
        add_error_reply(result, "admin-styles-unknown", name=name[:40] or "?")
    else:
        add_error_reply(result, "admin-styles-usage")


def take_style_files(context: Context, result: HandlerResult) -> Context:
    """Add the styles among the files of a message to the tenant's; the context with the other files."""
    for file in context.files:
        if isinstance(file, StyleFile):
            _add(context, result, file)
            context = replace(context, ack=None)
    return replace(context, files=tuple(file for file in context.files if not isinstance(file, StyleFile)))


def _add(context: Context, result: HandlerResult, file: StyleFile) -> None:
    if not context.is_admin or context.inbound.is_group or context.inbound.is_forwarded:
        error = RequestRejected(ErrorCode.NOT_MEDIA)
        result.replies.append(build_error_reply(error, edits_delivery=context.ack))
        return
    tenant_id = context.account.tenant_id
    names = branding.list_styles(context.session, tenant_id)
    if not file.name or file.name in load_caption_styles():
        _reply(context, result, "admin-styles-bad-name", file.name)
    elif file.name not in names and len(names) >= MAX_STYLES:
        _reply(context, result, "admin-styles-full", file.name)
    else:
        branding.save_style(context.session, tenant_id, file.name, file.style)
        _reply(context, result, "admin-styles-added", file.name)
        result.replies.append(Reply(_build_preview(context, file.name)))
        roles.record_audit(context, result, "styles", "add")


def _build_preview(context: Context, name: str) -> Message:
    options = branding.apply_brand(context.session, context.person, CaptionOptions(style=name))
    preview = StylePreview(options=options.model_dump(mode="json"))
    return Message(paragraphs=(text_for("name", name=name),), preview=preview)


def _reply(context: Context, result: HandlerResult, key: str, name: str) -> None:
    paragraph = text_for(key, name=name, limit=MAX_STYLES)
    result.replies.append(Reply(Message(paragraphs=(paragraph,), edits_delivery=context.ack), has_reply_to=True))


def _list(context: Context, result: HandlerResult) -> None:
    names = branding.list_styles(context.session, context.account.tenant_id)
    found = text_for("name", name=", ".join(names)) if names else text_for("admin-styles-none")
    add_reply(result, found, text_for("admin-styles-usage"))


COMMANDS = (Command("styles", styles, Role.ADMIN, verbs=frozenset({"remove"})),)
