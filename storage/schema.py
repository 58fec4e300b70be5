"""Metadata of all tables."""

from sqlmodel import SQLModel

METADATA = SQLModel.metadata
