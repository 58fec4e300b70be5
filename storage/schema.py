"""Metadata of all tables."""

from sqlmodel import SQLModel

import models.admin
import models.alerts
import models.backups
import models.codes
import models.credits
import models.deliveries
import models.faults
import models.files
import models.jobs
import models.notices
import models.payments
import models.people
import models.readings
import models.sessions
import models.updates
import models.uploads
import models.whatsapp  # noqa: F401 - each module registers its tables

METADATA = SQLModel.metadata
