"""What a destroy is refused for, whatever was approved."""

from dataclasses import replace

import pytest
from plan_samples import POLICY, plan

from aepctl.apply.guards import check_guarded, check_not_protected
from aepctl.errors import SafetyRefusal
from aepctl.plan.plan import Plan

NOTHING_ELSE = plan(())


def refusal_of(guarded: tuple[str, ...]) -> SafetyRefusal:
    made: Plan = replace(NOTHING_ELSE, guarded=guarded)
    with pytest.raises(SafetyRefusal) as caught:
        check_guarded(made, POLICY)
    return caught.value


def test_a_protected_environment_is_not_destroyed_and_the_way_is_a_review() -> None:
    with pytest.raises(SafetyRefusal) as caught:
        check_not_protected("prod", POLICY.command, protected=True)
    assert caught.value.message == "the environment `prod` is protected: nothing was deleted"
    assert caught.value.hint == (
        "list what is to go under `removed:` in the manifests, with `delete: true`, and save that "
        "as a plan for a review: `aepctl --env prod plan --out plan.json`; or, to give the "
        "environment up, remove `protected: true` from aepctl.yaml first"
    )
    check_not_protected("dev", POLICY.command, protected=False)


def test_what_prevent_destroy_protects_goes_with_nothing_else() -> None:
    check_guarded(NOTHING_ELSE, POLICY)
    one, two = refusal_of(("gold",)), refusal_of(("gold", "silver"))
    assert one.message == (
        "`prevent_destroy` protects 1 audience that is to be deleted: gold; nothing was sent"
    )
    assert two.message == (
        "`prevent_destroy` protects 2 audiences that are to be deleted: gold, silver; nothing "
        "was sent"
    )
    assert one.hint == (
        "to delete all the same: `prevent_destroy: false` in the manifest of each, `aepctl --env "
        "prod apply`, then `aepctl --env prod destroy`; to delete others only: `--target KEY` for "
        "each"
    )
