"""When a holder may send, when it renews, and when a waiter may take over. See test_lease_model."""

import pytest

from aepctl.state.lease import Lease, Watch, may_send, renewal_due

LEASE = Lease("lock-1", 90.0, {})


@pytest.mark.parametrize(
    ("now", "may"), [(1000.0, True), (1044.9, True), (1045.0, False), (1090.0, False)]
)
def test_a_holder_sends_for_half_a_lease_after_its_last_renewal(now: float, may: bool) -> None:
    assert may_send(1000.0, now, 90.0) is may


@pytest.mark.parametrize(("now", "due"), [(1000.0, 30.0), (1010.0, 20.0), (1040.0, -10.0)])
def test_it_renews_after_a_third_of_it(now: float, due: float) -> None:
    assert renewal_due(1000.0, now, 90.0) == due


def test_a_waiter_counts_from_when_it_saw_it_first() -> None:
    watch = Watch()
    assert watch.unrenewed(LEASE, "w-1", 1000.0) == 0
    assert watch.unrenewed(LEASE, "w-1", 1089.0) == 89.0


@pytest.mark.parametrize(
    ("lease", "write_id"), [(LEASE, "w-2"), (Lease("lock-2", 90.0, {}), "w-1"), (LEASE, None)]
)
def test_any_write_and_any_other_lease_is_a_sign_of_life(
    lease: Lease, write_id: str | None
) -> None:
    watch = Watch()
    watch.unrenewed(LEASE, "w-1", 1000.0)
    assert watch.unrenewed(lease, write_id, 1050.0) == 0
    assert watch.unrenewed(lease, write_id, 1060.0) == 10.0


def test_what_was_seen_before_another_sign_of_life_counts_no_longer() -> None:
    watch = Watch()
    for write_id, now in (("w-1", 1000.0), ("w-2", 1010.0), ("w-1", 1020.0)):
        assert watch.unrenewed(LEASE, write_id, now) == 0


def test_a_document_without_the_name_of_a_write_is_watched_as_well() -> None:
    watch = Watch()
    assert watch.unrenewed(LEASE, None, 1000.0) == 0
    assert watch.unrenewed(LEASE, None, 1007.0) == 7.0


@pytest.mark.parametrize(
    ("holder", "who"),
    [
        ({}, "`aepctl`"),
        ({"command": "aepctl apply"}, "`aepctl apply`"),
        ({"by": "ci", "since": "12:00"}, "`aepctl` of ci, since 12:00"),
        ({"host": "runner-7", "by": "", "job": ""}, "`aepctl` on runner-7"),
        (
            {
                "command": "aepctl apply",
                "by": "ci",
                "host": "runner-7",
                "since": "12:00",
                "job": "https://ci.example/1",
            },
            "`aepctl apply` of ci on runner-7, since 12:00, https://ci.example/1",
        ),
    ],
)
def test_a_holder_is_told_as_far_as_it_says(holder: dict[str, str], who: str) -> None:
    assert Lease("lock-1", 90.0, holder).who == who
