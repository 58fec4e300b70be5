"""The dashboard and the alarms for Prometheus ask for what `/metrics` tells."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes.clock import NOON
from fakes.page_client import open_page_client
from fakes.promql import PromqlQuery, is_selected, parse_query
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from fakes.world.web import open_web_app
from prometheus_client.parser import text_string_to_metric_families

from models.billing.payments import Purchase
from models.jobs.job import JobStatus
from models.operations.error_events import ErrorEvent
from models.operations.thresholds import load_thresholds
from storage.db import Database
from storage.identity import people
from storage.operations import health_readings

FOLDER = Path(__file__).parents[3] / "docker" / "monitoring"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
DURATION = r"(\d+(ms|[smhdwy]))+"
TEMPLATE = re.compile(r"\{\{\s*(\$value|\$labels\.(\w+))\s*(?:\|\s*(\w+)\s*)?\}\}")
OF_PROMETHEUS = {"up": [{"job": "rabisco", "instance": "web:8000"}]}  # what it knows by itself
Samples = dict[str, list[dict[str, str]]]


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return list(DASHBOARD["panels"])


def queries() -> Iterator[tuple[str, str]]:
    """Every expression there is, and where it stands."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.fixture
async def samples(sqlite: Database, tmp_path: Path) -> Samples:
    """The labels of every sample of a house in which everything has happened once."""
    house = open_web_app(tmp_path, sqlite)
    furnish(sqlite, create_customer(sqlite))
    async with open_page_client(house.app) as client:
        answer = await client.http.get("/metrics")
    found: Samples = {name: list(labels) for name, labels in OF_PROMETHEUS.items()}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def furnish(db: Database, customer: SampleCustomer) -> None:
    with db.transaction() as session:
        times = {"received_at": NOON, "started_at": NOON, "finished_at": NOON}
        for kind in ("sketch", "caption"):
            for status in (JobStatus.DONE, JobStatus.FAILED):
                add_job(session, customer, NOON, kind=kind, status=status, **times)
        health_readings.save(session, "service:telegram", NOON, ok=True, seconds=0.1)
        health_readings.save(session, "disk:box-1", NOON, ok=True, free=5, share=0.5)
        session.add(ErrorEvent(event="job-failed", code="CRASHED", at=NOON))
        assert people.find_tenant(session, "main")
        ids = {"tenant_id": customer.person.tenant_id, "person_id": customer.person.id}
        session.add(
            Purchase(
                **ids,
                address_id=customer.address.id,
                provider="stripe",
                item="pack:100",
                currency="brl",
                amount=1,
                status="paid",
                decided_at=NOON,
            )
        )


@pytest.mark.parametrize(("where", "text"), list(queries()))
def test_every_expression_can_be_read(where: str, text: str) -> None:
    assert parse_query(text).selectors, where


async def test_every_expression_asks_for_what_is_told(samples: Samples) -> None:
    for where, text in queries():
        query = parse_query(text)
        for selector in query.selectors:
            assert any(is_selected(selector, labels) for labels in samples.get(selector.name, [])), (where, selector)
        assert query.grouping_labels <= labels_of(query, samples), where


def labels_of(query: PromqlQuery, samples: Samples) -> set[str]:
    return {label for selector in query.selectors for labels in samples[selector.name] for label in labels}


async def test_sentences_about_alarms_name_labels_their_results_have(samples: Samples) -> None:
    known = {"humanize", "humanizeDuration", "humanizePercentage"}
    for rule in rules():
        query = parse_query(rule["expr"])
        kept = query.grouping_labels or labels_of(query, samples)
        for text in rule["annotations"].values():
            assert text.count("{{") == len(TEMPLATE.findall(text)), text
            for _, label, function in TEMPLATE.findall(text):
                assert not label or label in kept, (rule["alert"], label)
                assert not function or function in known, text


def test_alarms_have_names_of_their_own_lasts_severities_and_words() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 15
    for rule in rules():
        assert re.fullmatch(r"[A-Z]\w+", rule["alert"])
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(DURATION, rule.get("for", "1m"))
        assert rule["labels"]["severity"] in {"page", "warning"}
        assert {"summary", "description"} == set(rule["annotations"])
    assert set(RULES) == {"groups"}


def test_alarms_begin_where_the_bots_own_do() -> None:
    limits = load_thresholds()
    failed = 'sum(increase(rabisco_jobs_total{outcome="failed"}[15m]))'
    ended = 'sum(increase(rabisco_jobs_total{outcome=~"done|failed"}[15m]))'
    assert limits.errors.period == timedelta(minutes=15)
    expected = {
        "RabiscoQueueOld": f"rabisco_queue_oldest_seconds > {limits.queue.max_seconds:g}",
        "RabiscoQueueLong": f"rabisco_queue_jobs > {limits.queue.max_jobs}",
        "RabiscoMessagesLate": f"rabisco_outbox_oldest_seconds > {limits.outbox.max_seconds:g}",
        "RabiscoPaymentsLate": (
            f'rabisco_webhook_lag_seconds{{source="stripe"}} > {limits.payments.max_event_seconds:g}'
        ),
        "RabiscoDiskFilling": f"rabisco_disk_used_ratio > {limits.disk.high_share:g}",
        "RabiscoFilmsFail": (
            f"{failed} > {limits.errors.min_failed_jobs - 1} and "
            f"{failed} / {ended} > {limits.errors.max_failed_share:g}"
        ),
    }
    written = {rule["alert"]: " ".join(rule["expr"].split()) for rule in rules()}
    assert {name: written[name] for name in expected} == expected


def test_prometheus_reads_the_alarms_and_asks_where_the_figures_are() -> None:
    assert [(FOLDER / name).is_file() for name in PROMETHEUS["rule_files"]] == [True]
    (job,) = PROMETHEUS["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("rabisco", "/metrics")
    assert all(
        re.fullmatch(DURATION, PROMETHEUS["global"][name]) for name in ("scrape_interval", "evaluation_interval")
    )


def test_the_dashboard_is_laid_out_without_overlaps_and_asks_the_chosen_source() -> None:
    assert len({panel["id"] for panel in panels()}) == len(panels()) >= 15
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    assert [each["name"] for each in DASHBOARD["templating"]["list"]] == ["datasource"]


@pytest.mark.parametrize("text", ["sum(rabisco_jobs_total", "rate(rabisco_jobs_total)", "rabisco_jobs_total[5m]"])
def test_an_expression_that_prometheus_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"parenthesis|matrix|range"):
        parse_query(text)
