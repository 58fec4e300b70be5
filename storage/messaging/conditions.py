"""Conditions of messages as partial indexes have them: with constants, since for parameters no such index is used."""

from sqlalchemy import ColumnElement
from sqlmodel import col

from models.messaging.deliveries import Delivery, DeliveryStatus
from storage.constants import build_constants

UNSENT_STATUSES = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)
IS_UNSENT: ColumnElement[bool] = col(Delivery.status).in_(build_constants(UNSENT_STATUSES))
IN_NO_BROADCAST: ColumnElement[bool] = col(Delivery.broadcast_id).is_(None)
IN_BROADCAST: ColumnElement[bool] = col(Delivery.broadcast_id).is_not(None)
