"""Key store of the WhatsApp numbers and its backups, shared by the supervisor, the gateways and the command line."""

from bots.app.base import App
from models.settings import Settings
from storage.messaging.whatsapp_backups import KeyBackups
from storage.messaging.whatsapp_keys import FolderKeyStore, KeyStore, open_key_store


def key_store_for(settings: Settings) -> KeyStore:
    return open_key_store(settings.session_location)


def key_backups_for(app: App) -> KeyBackups | None:
    """Backups of the numbers' keys; None for PostgreSQL, whose keys are backed up with the database."""
    keys = key_store_for(app.settings)
    return KeyBackups(keys, app.secret, app.db.clock) if isinstance(keys, FolderKeyStore) else None
