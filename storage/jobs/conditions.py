"""Conditions of jobs as partial indexes have them: with constants, since for parameters such an index is not used."""

from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import col

from models.jobs.job import UNFINISHED_STATUSES, Job
from storage.constants import build_constants

IS_UNFINISHED: Final[ColumnElement[bool]] = col(Job.status).in_(build_constants(UNFINISHED_STATUSES))
