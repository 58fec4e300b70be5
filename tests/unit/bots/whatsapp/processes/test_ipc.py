"""What a gateway and its supervisor tell each other."""

import os
import threading
from uuid import uuid4

import pytest

from bots.whatsapp.processes.ipc import (
    SessionAssignment,
    SupervisorPipe,
    SupervisorQueue,
    encode_assignment,
    parse_assignment,
    parse_line,
    start_listener,
)
from pipeline.jobs.queue import broker_for


def test_an_assignment_arrives_as_it_was_made() -> None:
    for assignment in (SessionAssignment(frozenset({uuid4(), uuid4()}), 1234.5), SessionAssignment()):
        line = encode_assignment(assignment)
        assert line.endswith(b"\n")
        assert parse_assignment(line) == assignment


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"panic: runtime error\n", b"[1]\n", b'"sessions"\n', b'{"beat": true}\n']
)
def test_other_lines_assign_nothing(line: bytes) -> None:
    assert parse_assignment(line) is None


def test_a_gateway_tells_that_it_lives_what_waits_and_where_it_hangs() -> None:
    outlet, inlet = os.pipe()
    job, number = uuid4(), uuid4()
    report = SupervisorPipe(inlet)
    report.send_heartbeat()
    SupervisorQueue(broker_for(""), report).wake_worker(job)
    report.send_stuck(number)
    os.close(inlet)
    with os.fdopen(outlet, "rb") as lines:
        told = [parse_line(line) for line in lines]
    assert told == [{"beat": True}, {"wake": job.hex}, {"stuck": number.hex}]


def test_a_supervisor_that_is_gone_is_no_reason_to_fail() -> None:
    outlet, inlet = os.pipe()
    os.close(outlet)
    SupervisorPipe(inlet).send_heartbeat()
    os.close(inlet)


def test_the_end_of_the_supervisor_is_heard_after_everything_it_said() -> None:
    outlet, inlet = os.pipe()
    heard: list[SessionAssignment] = []
    ended = threading.Event()
    start_listener(outlet, heard.append, ended.set)
    first, last = SessionAssignment(frozenset({uuid4()}), 7.5), SessionAssignment()
    os.write(inlet, encode_assignment(first) + b"nonsense\n" + encode_assignment(last))
    os.close(inlet)
    assert ended.wait(10)
    os.close(outlet)
    assert heard == [first, last]
