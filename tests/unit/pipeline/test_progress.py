"""Progress is passed on as often as somebody could follow it, and no news of a stage or of the end is lost."""

from pipeline.progress import Throttle, keep_rising, throttle


def test_a_new_stage_and_the_end_pass_at_once_and_shares_between_do_not() -> None:
    passed: list[tuple[str, float]] = []
    report = throttle(lambda stage, share: passed.append((stage, share)), seconds=3600)
    for stage, share in (("planning", 0.0), ("planning", 0.1), ("drawing", 0.2), ("drawing", 0.9), ("drawing", 1.0)):
        report(stage, share)
    assert passed == [("planning", 0.0), ("drawing", 0.2), ("drawing", 1.0)]


def test_without_an_interval_everything_passes() -> None:
    passed: list[float] = []
    report = throttle(lambda _, share: passed.append(share), seconds=0)
    for share in (0.1, 0.2, 0.3):
        report("drawing", share)
    assert passed == [0.1, 0.2, 0.3]


def test_something_is_due_at_first_and_again_after_its_interval() -> None:
    limit = Throttle(3.0)
    assert limit.is_due(100.0)
    limit.restart(100.0)
    assert not limit.is_due(102.9)
    assert limit.is_due(103.0)


def test_a_share_never_falls() -> None:
    seen: list[tuple[str, float]] = []
    report = keep_rising(lambda *each: seen.append(each))
    for stage, share in (("listening", 0.0), ("listening", 0.4), ("listening", 0.0), ("captioning", 0.5)):
        report(stage, share)
    assert seen == [("listening", 0.0), ("listening", 0.4), ("listening", 0.4), ("captioning", 0.5)]
