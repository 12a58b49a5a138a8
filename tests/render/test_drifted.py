"""What can be done about drift, in words."""

from dataclasses import replace

from plan_samples import TARGET

from aepctl.model.audience import Audience
from aepctl.model.problem import Origin
from aepctl.plan.drift import Drift, Drifted
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import FieldDiff
from aepctl.render.drifted import Where, view_of_drift

HERE = Origin("audiences/all.yaml", 3, 3)


def test_it_names_the_place_of_the_override_to_write_into() -> None:
    where = Where("prod", TARGET, "aepctl --env prod")
    at = Origin("audiences/all.yaml", 9, 7)
    texts = (FieldDiff("name", "a", "b", "a"), FieldDiff("description", "a", None, "a"))
    changed = Drifted(
        Kind.CHANGED, "gold", Audience("b", "agora", "Tests"), "x", texts, source=HERE,
        given=(("description", at),),
    )  # fmt: skip
    (row,) = view_of_drift(Drift(found=(changed,)), where).rows
    lines = "`name: b` into `audiences/all.yaml` and no `description` into `audiences/all.yaml:9`"
    assert f"write {lines}, then" in str(row.note)
    for kind, said in (
        (Kind.CHANGED, "its block is not for prod; to record what is there: `aepctl"),
        (Kind.UNMANAGED, "write prod under `environments` of its block in audiences/all.yaml:3"),
    ):
        one = replace(changed, kind=kind, is_wanted=False)
        (row,) = view_of_drift(Drift(found=(one,)), where).rows
        assert said in str(row.note)
