"""Brand kits of tenants and persons, and the caption styles of tenants."""

import uuid
from collections.abc import Mapping
from typing import TypeVar

from sqlmodel import Session, col, select

from models.captions.branding import BrandKit
from models.captions.style import CaptionStyle
from models.identity.branding import StoredBrandKit, TenantStyle
from models.identity.people import Person
from models.jobs.options import JobOptions
from models.media.files import Media
from storage.media import files

Options = TypeVar("Options", bound=JobOptions)


def apply_brand(session: Session, person: Person, options: Options) -> Options:
    """Options with a person's and their tenant's brand, and with the tenant's caption style where it is one."""
    return options.with_brand(load_brand(session, person), list_styles(session, person.tenant_id))


def load_brand(session: Session, person: Person) -> BrandKit:
    """The brand of a person's films: their own kit, and the tenant's where theirs says nothing."""
    owners = (person.id, person.tenant_id)
    statement = select(StoredBrandKit).where(col(StoredBrandKit.owner_id).in_(owners))
    kits = {row.owner_id: row.kit for row in session.exec(statement)}
    own, tenants = (kits.get(owner, BrandKit()) for owner in owners)
    return own.merge(tenants)


def load_kit(session: Session, owner_id: uuid.UUID) -> BrandKit:
    """The kit of a person or a tenant; an empty one where they have none."""
    row = session.get(StoredBrandKit, owner_id)
    return row.kit if row else BrandKit()


def save_kit(session: Session, owner_id: uuid.UUID, tenant_id: uuid.UUID, **values: str | None) -> None:
    """Set fields of the kit of a person or a tenant, such as `font`; None takes one away."""
    row = _get_or_create(session, owner_id, tenant_id)
    row.sqlmodel_update(values)
    session.flush()


def set_logo(session: Session, owner_id: uuid.UUID, tenant_id: uuid.UUID, media: Media | None) -> None:
    """Set the logo of a kit, which keeps the picture's file, or take it away. Raises FileNotFoundError for a file that
    is deleted already."""
    row = _get_or_create(session, owner_id, tenant_id)
    previous, row.logo_file_id = row.logo_file_id, files.add_reference(session, media) if media else None
    session.flush()
    if previous is not None:
        files.release_file(session, previous)


def list_styles(session: Session, tenant_id: uuid.UUID) -> Mapping[str, CaptionStyle]:
    """The caption styles of a tenant by name, in order."""
    statement = select(TenantStyle).where(col(TenantStyle.tenant_id) == tenant_id).order_by(col(TenantStyle.name))
    styles = {row.name: row.style for row in session.exec(statement)}
    return dict(sorted(styles.items(), key=lambda each: each[1].order))


def save_style(session: Session, tenant_id: uuid.UUID, name: str, style: CaptionStyle) -> None:
    """Add a style to a tenant, in place of the one of that name."""
    row = _find_style(session, tenant_id, name) or TenantStyle(tenant_id=tenant_id, name=name, body={})
    row.body = style.model_dump(mode="json")
    session.add(row)
    session.flush()


def remove_style(session: Session, tenant_id: uuid.UUID, name: str) -> bool:
    """Remove a style of a tenant; False if it has none of that name."""
    row = _find_style(session, tenant_id, name)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def _find_style(session: Session, tenant_id: uuid.UUID, name: str) -> TenantStyle | None:
    statement = select(TenantStyle).where(col(TenantStyle.tenant_id) == tenant_id, col(TenantStyle.name) == name)
    return session.exec(statement).first()


def _get_or_create(session: Session, owner_id: uuid.UUID, tenant_id: uuid.UUID) -> StoredBrandKit:
    row = session.get(StoredBrandKit, owner_id)
    if row is None:
        row = StoredBrandKit(owner_id=owner_id, tenant_id=tenant_id)
        session.add(row)
    return row
