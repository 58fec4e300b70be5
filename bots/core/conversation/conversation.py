"""Messenger-independent dispatch of inbound messages to the handlers that reply to them."""

from dataclasses import dataclass, replace

from bots.core.context import Context, HandlerResult, build_error_reply, reply_for
from bots.core.conversation import account_linking, callbacks, commands, opt_out, stars, tenant_pause
from bots.core.conversation.jobs.intake import JobIntake
from bots.core.delivery import text_menus
from bots.core.roles import execute
from pipeline import Pipeline


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
        elif inbound.choice is not None:
            callbacks.handle_choice(self.pipeline, context, result, inbound.choice)
        elif context.admission is not None and context.admission.rejection is not None:
            result.replies.append(build_error_reply(context.admission.rejection))
        elif context.files:
            JobIntake(self.pipeline, context, result, context.ack).submit_files()
        elif inbound.is_forwarded:
            result.replies.append(reply_for("forwarded"))
        else:
            self._handle_text(context, result, inbound.text.strip())
        return result

    def _handle_text(self, context: Context, result: HandlerResult, text: str) -> None:
        """Handle a text: the number of a menu entry, a command, a verification code, or the label of a choice."""
        command, arguments = commands.parse_command(context, text)
        if opt_out.is_opt_out_request(context, text):
            opt_out.opt_out(self.pipeline, context, result)
        elif not context.capabilities.has_buttons and (data := text_menus.find_choice_by_number(context, text)):
            self._handle_choice(context, result, data)
        elif command is not None:
            execute(command, self.pipeline, context, result, arguments)
        elif account_linking.is_code(text) and account_linking.is_awaiting_code(context):
            account_linking.email(self.pipeline, context, result, text)
        elif not context.capabilities.has_buttons and (data := text_menus.find_choice_by_label(context, text)):
            self._handle_choice(context, result, data)
        else:
            result.replies.append(reply_for("not-understood"))

    def _handle_choice(self, context: Context, result: HandlerResult, data: str) -> None:
        """Handle a typed choice, which is answered with a new message instead of an edit."""
        inbound = replace(context.inbound, choice=data, message_id=None)
        callbacks.handle_choice(self.pipeline, replace(context, inbound=inbound), result, data)
