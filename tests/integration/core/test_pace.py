from fakes.house import Time

from bots.core.rate import WINDOW, Pace


def test_so_many_messages_a_minute_are_fine_and_one_more_is_not() -> None:
    pace = Pace(3, Time().monotonic)
    assert [pace.exceeded("a") for _ in range(5)] == [False, False, False, True, True]


def test_people_are_counted_apart() -> None:
    pace = Pace(1, Time().monotonic)
    assert [pace.exceeded(who) for who in ("a", "b", "a")] == [False, False, True]


def test_after_a_quiet_minute_everything_is_well_again() -> None:
    time = Time()
    pace = Pace(2, time.monotonic)
    for _ in range(9):
        pace.exceeded("a")
    time.forward(WINDOW)
    assert not pace.exceeded("a")


def test_a_steady_writer_within_the_limit_is_never_stopped() -> None:
    time = Time()
    pace = Pace(20, time.monotonic)
    for _ in range(200):
        assert not pace.exceeded("a")
        time.forward(3.001)


def test_quiet_people_are_forgotten() -> None:
    time = Time()
    pace = Pace(20, time.monotonic)
    for number in range(10_000):
        pace.exceeded(str(number))
    time.forward(WINDOW)
    pace.exceeded("new")
    assert len(pace._times) == 1
