"""Messenger-independent dispatch of inbound messages to the handlers that reply to them."""

from dataclasses import dataclass, replace

from bots.core.admin.tenants import caption_styles
from bots.core.channel import Inbound
from bots.core.context import Context, HandlerResult, build_error_reply, reply_for
from bots.core.conversation import (
    account_linking,
    callbacks,
    command_aliases,
    commands,
    opt_out,
    stars,
    tenant_pause,
)
from bots.core.conversation.features.registry import find_requested_feature
from bots.core.conversation.jobs import corrections, film_titles, line_lists, reworded_results
from bots.core.conversation.jobs.intake import JobIntake
from bots.core.conversation.styling import brand
from bots.core.delivery import text_menus
from bots.core.roles import execute
from models.errors import ErrorCode, RequestRejected
from pipeline import Pipeline
from storage.messaging import updates


def take_quoted_files(inbound: Inbound) -> Inbound:
    """The message with the files it replies to as its own, if it asks for them: by the command of a feature anywhere,
    in a group by addressing the bot in any words that are no other command."""
    has_content = inbound.attachments or inbound.choice is not None or inbound.rejection is not None
    if inbound.is_forwarded or has_content or not inbound.quoted_attachments or not _is_about_quoted_files(inbound):
        return inbound
    return replace(inbound, attachments=inbound.quoted_attachments, quoted_attachments=())


def _is_about_quoted_files(inbound: Inbound) -> bool:
    text = inbound.text
    if find_requested_feature(text) is not None:
        return True
    names = {command.name for command in commands.list_commands()} - {"start"}  # whose aliases are greetings
    return inbound.is_group and not text.startswith("/") and command_aliases.parse_command(text)[0] not in names


@dataclass(frozen=True, slots=True)
class Conversation:
    """Handles one message inside its transaction; sends nothing itself."""

    pipeline: Pipeline

    def answer(self, context: Context) -> HandlerResult:
        result = HandlerResult()
        inbound = context.inbound
        if inbound.payment is not None:
            handle_payment = stars.handle_refund if inbound.payment.is_refund else stars.handle_payment
            handle_payment(self.pipeline, context, result, inbound.payment)
        elif context.person.banned_at is not None and not opt_out.is_opt_out_request(context, inbound.text.strip()):
            result.replies.append(reply_for("banned"))
        elif (pause_reply := tenant_pause.build_pause_reply(context)) is not None and not opt_out.is_opt_out_request(
            context, inbound.text.strip()
        ):
            result.replies.append(pause_reply)
        elif inbound.rejection is not None:
            self._reject(context, result, inbound.rejection)
        elif inbound.choice is not None:
            callbacks.handle_choice(self.pipeline, context, result, inbound.choice)
        elif context.admission is not None and context.admission.rejection is not None:
            result.replies.append(build_error_reply(context.admission.rejection))
        elif context.files:
            self._handle_files(context, result)
        else:
            self._handle_text(context, result, inbound.text.strip())
        return result

    def _handle_files(self, context: Context, result: HandlerResult) -> None:
        """Handle files: a logo by its command, caption styles, and what jobs are made from."""
        text = "" if context.inbound.is_forwarded else context.inbound.text.strip()
        command, arguments = commands.parse_command(context, text)
        if command is not None and command.name == "logo":
            brand.take_logo(self.pipeline, context, result, arguments)
            return
        context = caption_styles.take_style_files(context, result)
        if context.files:
            JobIntake(self.pipeline, context, result, context.ack).submit_files()

    def _handle_text(self, context: Context, result: HandlerResult, text: str) -> None:
        """Handle a text: an answer to a question, the number of a menu entry, a command, a verification code, or the
        label of a choice.

        Forwarded words are another author's, and do nothing.
        """
        if context.inbound.is_forwarded:
            result.replies.append(reply_for("forwarded"))
            return
        command, arguments = commands.parse_command(context, text)
        if opt_out.is_opt_out_request(context, text):
            opt_out.opt_out(self.pipeline, context, result)
        elif self._handle_answer(context, result, text, is_command=command is not None):
            return
        elif not context.capabilities.has_buttons and (data := text_menus.find_choice_by_number(context, text)):
            self._handle_choice(context, result, data)
        elif command is not None:
            execute(command, self.pipeline, context, result, arguments)
        elif account_linking.is_code(text) and account_linking.is_awaiting_code(context):
            account_linking.email(self.pipeline, context, result, text)
        elif not context.capabilities.has_buttons and (data := text_menus.find_choice_by_label(context, text)):
            self._handle_choice(context, result, data)
        else:
            self._handle_other_text(context, result, text)

    def _handle_answer(self, context: Context, result: HandlerResult, text: str, *, is_command: bool) -> bool:
        """Handle a text that answers what the bot has asked: a title, or corrected lines. Whether it is one."""
        question = film_titles.find_answered_question(context, text, is_command=is_command)
        if question is not None:
            film_titles.take_title(self.pipeline, context, result, question, text)
            return True
        answered = line_lists.find_answered_list(context, text)
        if answered is not None:
            corrections.apply_correction(self.pipeline, context, result, answered, text)
        return answered is not None

    def _handle_other_text(self, context: Context, result: HandlerResult, text: str) -> None:
        """Handle a text that is nothing else: lines without numbers, if it replies to a message with lines, or comes
        after one and is like them; options of a result that is made again with them."""
        quoted = line_lists.find_quoted_list(context)
        answered = quoted or line_lists.find_last_list(context)
        if answered is not None and (quoted or corrections.is_correction(context, answered, text)):
            corrections.apply_correction(self.pipeline, context, result, answered, text)
        elif not reworded_results.take_words(self.pipeline, context, result, text):
            result.replies.append(reply_for("not-understood"))

    def _reject(self, context: Context, result: HandlerResult, code: ErrorCode) -> None:
        """Say why nothing can be done with the message, unless it has arrived in a readable form meanwhile."""
        superseded_by = context.inbound.superseded_by
        if not superseded_by or not updates.is_stored(context.session, context.account.id, superseded_by):
            result.replies.append(build_error_reply(RequestRejected(code)))

    def _handle_choice(self, context: Context, result: HandlerResult, data: str) -> None:
        """Handle a typed choice, which is answered with a new message instead of an edit."""
        inbound = replace(context.inbound, choice=data, message_id=None)
        callbacks.handle_choice(self.pipeline, replace(context, inbound=inbound), result, data)
