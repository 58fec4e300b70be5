"""Simulated users of accounts in memory, and a team of users in each role."""

import itertools
from dataclasses import dataclass, replace
from typing import Any

from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.world import BotAccount, World
from sqlmodel import select

from bots.core.channel import Attachment, AttachmentKind, Capabilities, ChatRef, Inbound, Payment, Sender
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.user_resolver import resolve_user
from models.billing.payments import Provider
from models.identity.codes import Audit
from models.identity.people import Person
from models.identity.roles import Role
from storage.identity import people

OWNER_IDS = frozenset({"memory:1"})
_sequence = itertools.count(1)


@dataclass(slots=True)
class FakeUser:
    """A simulated user. Each action is handled, and its replies are delivered, before it returns."""

    world: World
    account: BotAccount
    id: str = "7"
    language: str | None = "en"
    name: str = "Ana"
    chat: str = ""
    in_group: bool = False
    network: str = ""

    @property
    def messages(self) -> list[ChatMessage]:
        return self.account.channel.list_chat_messages(self.chat_ref.chat)

    @property
    def last_message(self) -> ChatMessage:
        return self.messages[-1]

    @property
    def chat_ref(self) -> ChatRef:
        return ChatRef(self.chat or f"chat-{self.id}")

    @property
    def person(self) -> Person:
        with self.world.db.read_transaction() as session:
            found = people.find_by_identity(session, self.account.account.tenant_id, f"memory:{self.id}")
        assert found is not None
        return found

    @property
    def balance(self) -> int:
        """Credits that can be spent."""
        with self.world.db.transaction() as session:
            return self.world.pipeline.account_status_of(session, self.person).credits.available

    async def send_text(self, text: str) -> ChatMessage:
        """Send a text; returns the last message of the chat afterwards."""
        return await self.handle_inbound(self.build_inbound(text=text))

    async def choose(self, data: str, message: ChatMessage | None = None) -> ChatMessage:
        """Take a choice by its data; returns the last message of the chat afterwards."""
        return await self.handle_inbound(self.build_inbound(choice=data, message=message.id if message else "m0"))

    async def send_files(self, *files: bytes | Exception, names: tuple[str, ...] = (), text: str = "") -> ChatMessage:
        """Send files in one message, with a text; returns the last message of the chat afterwards."""
        return await self.handle_inbound(replace(self.build_files_inbound(*files, names=names), text=text))

    async def pay(self, payment: Payment) -> ChatMessage:
        """Report a payment or refund made in the messenger; returns the last message of the chat afterwards."""
        return await self.handle_inbound(self.build_inbound(payment=payment))

    async def handle_inbound(self, inbound: Inbound) -> ChatMessage:
        """Have a message handled as soon as its sender's limits allow; returns the last message of the chat."""
        handler = self.account.handler
        seconds = handler.reserve(inbound)
        self.world.clock.advance(seconds or 0.0)
        await (handler.refuse(inbound) if seconds is None else handler.handle(inbound))
        await self.world.deliver_all()
        return self.last_message

    def build_files_inbound(self, *files: bytes | Exception, names: tuple[str, ...] = ()) -> Inbound:
        """A message with these files; one whose name ends in .srt or .json is sent as a document."""
        return self.build_inbound(
            attachments=tuple(self._add_attachment(*each) for each in itertools.zip_longest(files, names))
        )

    def build_inbound(self, message: str = "", **content: Any) -> Inbound:
        number = next(_sequence)
        sender = Sender(self.id, self.name, self.language)
        fields = {"is_group": self.in_group, "network": self.network, **content}
        return Inbound((f"u{number}",), self.chat_ref, sender, message or f"sent-{number}", **fields)

    def _add_attachment(self, content: bytes | Exception, name: str | None) -> Attachment:
        handle = f"f{next(_sequence)}"
        self.account.channel.files[handle] = content
        return Attachment(AttachmentKind.FILE, handle, name or f"{handle}.bin")


@dataclass(slots=True)
class Team:
    """Users of one tenant in each role, and one without a role, all in chats of their own."""

    world: World
    owner: FakeUser
    admin: FakeUser
    support: FakeUser
    stranger: FakeUser

    def user_for(self, role: Role) -> FakeUser:
        return {
            Role.OWNER: self.owner,
            Role.ADMIN: self.admin,
            Role.SUPPORT: self.support,
            Role.PERSON: self.stranger,
        }[role]

    def list_audit_rows(self) -> list[Audit]:
        """Audit entries, oldest first."""
        with self.world.db.read_transaction() as session:
            return list(session.exec(select(Audit).order_by(Audit.created_at)))  # type: ignore[arg-type]

    def list_actions(self) -> list[str]:
        return [row.action for row in self.list_audit_rows()]


def create_team(
    world: World,
    *,
    capabilities: Capabilities = ALL_CAPABILITIES,
    providers: frozenset[Provider] = frozenset(),
    payment_links: PaymentLinks | None = None,
) -> Team:
    """An owner named in the settings, two users with a role, and a user `memory:7` without one."""
    account = world.get_account(
        "office", admin_ids=OWNER_IDS, capabilities=capabilities, providers=providers, payment_links=payment_links
    )
    owner = create_known_user(world, account, "1", name="Olga", role=Role.OWNER)
    admin = create_known_user(world, account, "2", name="Ada", role=Role.ADMIN)
    support = create_known_user(world, account, "3", name="Sam", role=Role.SUPPORT)
    return Team(world, owner, admin, support, create_known_user(world, account, "7"))


def create_known_user(
    world: World,
    account: BotAccount,
    external_id: str,
    *,
    role: Role = Role.PERSON,
    language: str = "en",
    name: str = "Ana",
) -> FakeUser:
    """A user whom the account knows, as if they had written before, by the id of their chat."""
    user = FakeUser(world, account, id=external_id, language=language, name=name, chat=external_id)
    with world.db.transaction() as session:
        person, _ = resolve_user(session, account.account, user.build_inbound(), frozenset(), world.clock())
        person.role = role.stored_name
    return user
