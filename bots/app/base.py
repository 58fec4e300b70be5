"""Composition root shared by all server processes: the database, the files, the queue and the pipeline."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from models.billing.catalogue import Catalogue, read_catalogue
from models.identity.people import MAIN_TENANT, Account, Tenant
from models.settings import Settings
from pipeline import (
    Entitlements,
    Pipeline,
    PreviewRenderer,
    SandboxClient,
    Scheduler,
    WakeupQueue,
    broker_for,
    check_kinds,
    create_disk_cleaner,
    create_preview_cache,
    retention_from,
)
from storage.db import Database
from storage.identity import people
from storage.media.media_store import MediaStore, open_media_store
from storage.migrate import upgrade
from storage.operations.process_lock import acquire_shared
from storage.secret_key import open_secret_key


@dataclass(slots=True)
class App:
    """Parts every process shares: the database at this version's schema, the files, the queue and the pipeline."""

    settings: Settings
    db: Database
    store: MediaStore
    queue: WakeupQueue
    sandbox: SandboxClient
    pipeline: Pipeline
    secret: bytes = field(repr=False)
    process_lock: IO[str] | None = None

    @classmethod
    def open(cls, settings: Settings, queue: WakeupQueue | None = None, *, has_secret: bool = True) -> Self:
        """Build everything from the settings. A given queue replaces the configured one, where workers are reached
        in another way. Without `has_secret` the process signs and decrypts nothing, and SECRET_KEY is neither read nor
        made. Raises ConfigError where the installation has another SECRET_KEY.
        """
        folder = Path(settings.data_dir).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        process_lock = acquire_shared(lock_folder_for(settings))
        db = Database(settings.resolved_database_url)
        upgrade(db)
        db.sync_clock()
        secret = open_secret_key(db, settings.configured_secret_key, folder) if has_secret else b""
        store = open_media_store(settings)
        queue = queue or WakeupQueue(broker_for(settings.redis_url))
        sandbox = SandboxClient()
        pipeline = Pipeline(
            db=db,
            store=store,
            queue=queue,
            sandbox=sandbox,
            entitlements=Entitlements(_read_checked_catalogue(settings)),
            retention=retention_from(settings),
            has_chat_model=settings.has_chat_model,
        )
        return cls(settings, db, store, queue, sandbox, pipeline, secret, process_lock)

    @property
    def previews(self) -> PreviewRenderer:
        """The renderer of previews of caption styles."""
        pipeline, folder = self.pipeline, Path(self.settings.data_dir).resolve()
        temp, executor = pipeline.retention.open_temp_folder, pipeline.file_executor
        return PreviewRenderer(self.sandbox, self.store, create_preview_cache(folder), temp, executor)

    def build_scheduler(self) -> Scheduler:
        """Periodic tasks of a process without workers."""
        return Scheduler("disk-cleanup", create_disk_cleaner(self.db, self.store, self.settings).list_tasks())

    def load_operator_tenant(self) -> Tenant:
        """The operator's own tenant, read without taking the write lock where the row exists."""
        with self.db.read_transaction() as session:
            if (found := people.find_tenant(session, MAIN_TENANT)) is not None:
                return found
        with self.db.transaction() as session:
            return people.get_or_create_tenant(session, MAIN_TENANT)

    def ensure_account(self, channel: str, name: str) -> Account:
        with self.db.transaction() as session:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            return people.get_or_create_account(session, tenant.id, channel, name)

    def close(self) -> None:
        self.pipeline.file_executor.close()
        self.sandbox.close()
        self.queue.broker.close()
        self.db.close()
        if self.process_lock is not None:
            self.process_lock.close()


def _read_checked_catalogue(settings: Settings) -> Catalogue:
    """The catalogue. Raises ConfigError also for a kind of job that it mentions and nobody registered, or that cannot
    be run.
    """
    catalogue = read_catalogue(settings.catalogue)
    check_kinds(catalogue.list_priced_kinds())
    return catalogue


def lock_folder_for(settings: Settings) -> Path:
    """Folder of the lock files that processes of this machine share."""
    return Path(settings.data_dir).resolve() / "locks"
