"""How far a long work is: how fast it goes, and what is left of it."""

from fakes import FakeClock, Heard

from aepctl.progress import Progress


def advanced(*seconds: float, total: int | None = 4000, each: int = 20) -> list[str]:
    """What is told where after each of these pauses so many more are done."""
    clock, log = FakeClock(), Heard()
    progress = Progress(clock, log, "applied", total)
    for pause in seconds:
        clock.seconds += pause
        progress.reached(progress.done + each, total)
    return log.told


def test_it_is_told_every_ten_seconds() -> None:
    assert advanced(4, 5) == []
    assert advanced(4, 6, 9, 1) == [
        "applied 40 of 4,000, 4/s, 17 min left",
        "applied 80 of 4,000, 4/s, 17 min left",
    ]


def test_what_goes_slowly_is_counted_by_the_minute() -> None:
    assert advanced(60, each=1, total=3) == ["applied 1 of 3, 1/min, 2 min left"]


def test_without_a_total_nobody_knows_what_is_left() -> None:
    assert advanced(10, total=None, each=3000) == ["applied 3,000, 300/s"]


def test_where_nothing_is_done_nothing_is_promised() -> None:
    assert advanced(10, each=0) == ["applied 0 of 4,000"]


def test_time_alone_makes_it_tell_as_well() -> None:
    clock, log = FakeClock(), Heard(every=1.0)
    progress = Progress(clock, log, "read", 10)
    progress.step()
    clock.seconds += 2
    progress.tick()
    progress.tick()
    (notice,) = log.notices
    assert notice.passing
    assert notice.fields == {"what": "read", "done": 1, "total": 10, "rate": 0.5, "left": 18.0}


def test_while_nothing_may_be_sent_it_says_for_how_long() -> None:
    clock, log = FakeClock(), Heard()
    progress = Progress(clock, log, "applied", 10, lambda: 8.2)
    progress.step()
    clock.seconds += 10
    progress.tick()
    assert log.told == ["applied 1 of 10, 6/min, waiting 9 s more"]
