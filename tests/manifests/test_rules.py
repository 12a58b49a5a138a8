"""What holds over all files: a key stands once, an audience stands once."""

from dataclasses import replace

from aepctl.manifests.rules import repeated_keys, same_audiences, same_ids
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin

HERE, THERE, ELSEWHERE = Origin("a.yaml", 2, 3), Origin("b.yaml", 7, 3), Origin("c.yaml", 1, 1)


def wanted(key: str, origin: Origin, name: str = "Gold", **fields: str) -> Wanted:
    given = {"namespace": "agora", "origin_name": "Agora", **fields}
    return Wanted(key, Audience(name, **given), origin)


def test_different_keys_are_fine() -> None:
    assert list(repeated_keys([("gold", HERE), ("Gold", THERE)])) == []


def test_every_repetition_of_a_key_names_the_first_place() -> None:
    found = list(repeated_keys([("gold", HERE), ("gold", THERE), ("gold", ELSEWHERE)]))
    assert [clash.origin for clash in found] == [THERE, ELSEWHERE]
    assert {clash.rule for clash in found} == {"duplicate-key"}
    assert {clash.message for clash in found} == {"the key `gold` is already taken in `a.yaml:2:3`"}


def test_audiences_differ_by_any_of_three_fields() -> None:
    different = [
        wanted("a", HERE),
        wanted("b", HERE, "Golden"),
        wanted("c", HERE, namespace="forum"),
        wanted("d", HERE, origin_name="Forum"),
    ]
    assert list(same_audiences(different)) == []


def test_a_description_makes_no_other_audience() -> None:
    (clash,) = same_audiences([wanted("a", HERE), wanted("b", THERE, description="Others")])
    assert (clash.origin, clash.rule) == (THERE, "same-audience")
    assert clash.message == "`b` describes the same audience as `a` in `a.yaml:2:3`"


def test_a_repeated_key_is_not_told_a_second_time_as_a_repeated_audience() -> None:
    assert list(same_audiences([wanted("a", HERE), wanted("a", THERE)])) == []


def test_a_message_does_not_repeat_a_key_of_any_length() -> None:
    long = "x" * 100_000
    (clash,) = repeated_keys([(long, HERE), (long, THERE)])
    (same,) = same_audiences([wanted(long, HERE), wanted(f"{long}y", THERE)])
    assert len(clash.message) < 200
    assert len(same.message) < 350


def test_an_id_is_given_once() -> None:
    one, two, other = wanted("a", HERE), wanted("b", THERE), wanted("c", ELSEWHERE)
    assert list(same_ids([one, two, replace(other, audience_id="x")])) == []
    (clash,) = same_ids([replace(one, audience_id="x"), replace(two, audience_id="x"), other])
    assert (clash.origin, clash.rule) == (THERE, "same-id")
    assert clash.message == "`b` has the same audienceId as `a` in `a.yaml:2:3`"
