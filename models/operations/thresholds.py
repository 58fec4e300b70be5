"""Thresholds of health checks and alerts, read from `thresholds.toml`."""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _ThresholdTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueueThresholds(_ThresholdTable):
    max_seconds: float
    max_jobs: int


class WorkerThresholds(_ThresholdTable):
    max_silence: timedelta


class ErrorThresholds(_ThresholdTable):
    period: timedelta
    min_failed_jobs: int
    max_failed_share: float
    max_errors: int


class OutboxThresholds(_ThresholdTable):
    max_seconds: float


class PaymentThresholds(_ThresholdTable):
    max_event_seconds: float
    max_link_seconds: float
    max_late_links: int
    max_failed_purchases: int


class DiskThresholds(_ThresholdTable):
    high_share: float
    normal_share: float


class Thresholds(_ThresholdTable):
    """Thresholds in seconds, counts and shares."""

    queue: QueueThresholds
    workers: WorkerThresholds
    errors: ErrorThresholds
    outbox: OutboxThresholds
    payments: PaymentThresholds
    disk: DiskThresholds


@cache
def load_thresholds() -> Thresholds:
    """The bundled thresholds."""
    return Thresholds.model_validate(tomllib.loads(files("models.operations").joinpath("thresholds.toml").read_text()))
