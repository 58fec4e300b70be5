"""Messenger-independent dispatch of inbound messages to the handlers that reply to them."""

from dataclasses import dataclass, replace

from bots.core import choices, closing, commands, linking, numbered, quiet, stars
from bots.core.films import Intake
from bots.core.roles import carry_out
from bots.core.visit import Outcome, Visit, refusal, say
from pipeline.service import Pipeline


@dataclass(frozen=True, slots=True)
class Conversation:
    """Handles one message inside its transaction; sends nothing itself."""

    pipeline: Pipeline

    def answer(self, visit: Visit) -> Outcome:
        outcome = Outcome()
        inbound = visit.inbound
        if inbound.payment is not None:
            take = stars.returned if inbound.payment.is_refund else stars.paid
            take(self.pipeline, visit, outcome, inbound.payment)
        elif visit.person.banned_at is not None and not quiet.is_wished(visit, inbound.text.strip()):
            outcome.replies.append(say("banned"))
        elif (closed := closing.said(visit)) is not None and not quiet.is_wished(visit, inbound.text.strip()):
            outcome.replies.append(closed)
        elif inbound.choice is not None:
            choices.choose(self.pipeline, visit, outcome, inbound.choice)
        elif inbound.attachments and (obstacle := self.pipeline.obstacle(visit.session, visit.person)) is not None:
            outcome.replies.append(refusal(obstacle))
        elif visit.files:
            Intake(self.pipeline, visit, outcome, visit.ack).take()
        else:
            self._read(visit, outcome, inbound.text.strip())
        return outcome

    def _read(self, visit: Visit, outcome: Outcome, text: str) -> None:
        """Handle a text: the number of a menu entry, a command, a verification code, or the label of a choice."""
        command, arguments = commands.typed(visit, text)
        if quiet.is_wished(visit, text):
            quiet.leave(self.pipeline, visit, outcome)
        elif not visit.can.buttons and (data := numbered.by_number(visit, text)):
            self._choose(visit, outcome, data)
        elif command is not None:
            carry_out(command, self.pipeline, visit, outcome, arguments)
        elif linking.is_code(text) and linking.awaits_code(visit):
            linking.email(self.pipeline, visit, outcome, text)
        elif not visit.can.buttons and (data := numbered.by_label(visit, text)):
            self._choose(visit, outcome, data)
        else:
            outcome.replies.append(say("not-understood"))

    def _choose(self, visit: Visit, outcome: Outcome, data: str) -> None:
        """Handle a typed choice, which is answered with a new message instead of an edit."""
        chosen = replace(visit.inbound, choice=data, message=None)
        choices.choose(self.pipeline, replace(visit, inbound=chosen), outcome, data)
