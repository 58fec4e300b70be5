"""Caption styles and brand kits of tenants, and brand kits of persons."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.captions.branding import BrandKit, Logo
from models.captions.style import CaptionStyle
from models.columns import UtcDateTime, build_json_type, generate_id, utc_now


class TenantStyle(SQLModel, table=True):
    """A caption style of a tenant, by its name; `body` is a `CaptionStyle`."""

    __tablename__ = "tenant_style"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    name: str
    body: dict[str, Any] = Field(sa_type=build_json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

    @property
    def style(self) -> CaptionStyle:
        return CaptionStyle.model_validate(self.body)


class StoredBrandKit(SQLModel, table=True):
    """The brand kit of a person or of a tenant; `owner_id` is the id of either."""

    __tablename__ = "brand_kit"

    owner_id: uuid.UUID = Field(primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    font: str | None = None
    colour: str | None = None
    second_colour: str | None = None
    logo_file_id: uuid.UUID | None = Field(default=None, foreign_key="stored_file.id", index=True)
    logo_corner: str = "top-right"
    logo_size: str = "medium"

    @property
    def kit(self) -> BrandKit:
        logo = None
        if self.logo_file_id is not None:
            values = {"file_id": self.logo_file_id, "corner": self.logo_corner, "size": self.logo_size}
            logo = Logo.model_validate(values)
        return BrandKit(font=self.font, colour=self.colour, second_colour=self.second_colour, logo=logo)
