"""Prints today's report of an installation, in English; run with the installation's settings."""

import sys
from datetime import timedelta

from bots.core.delivery.message_rendering import render_message
from models.identity.people import MAIN_TENANT
from models.settings import Settings
from pipeline.operations.daily_report import build_report
from storage.db import Database
from storage.identity import people

if __name__ == "__main__":
    db = Database(Settings().resolved_database_url)
    with db.read_transaction() as session:
        tenant, now = people.find_tenant(session, MAIN_TENANT), db.clock()
        assert tenant is not None
        report = build_report(session, tenant, now - timedelta(days=1), now + timedelta(seconds=1), now)
    sys.stdout.write(render_message(report, "en").text)
    db.close()
