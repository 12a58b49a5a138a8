"""Everything that a plan can be made from, for property tests."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from plan_samples import audience, found, intend, know, plan, there, want

from aepctl.model.audience import Observed, Wanted
from aepctl.plan.plan import Plan
from aepctl.state.model import Phase, State

NAMES = st.sampled_from("ABC")
AUDIENCES = st.builds(audience, NAMES, st.none() | NAMES, namespace=st.sampled_from("AB"))
KEYS = st.text("abc", min_size=1, max_size=2)
RUNS = st.sampled_from(["this-run", "earlier-run"])
IDS = st.sampled_from(["id-of-a", "id-of-b", "id-of-ab", "X", "Y", "Z", "mine-a"])


@dataclass(frozen=True)
class World:
    """Anything wanted, known, begun and observed; the manifests ask for no audience twice."""

    wanted: tuple[Wanted, ...]
    state: State
    observed: tuple[Observed, ...] | None
    existing: str
    client_ids: bool

    def plan(self, *targets: str) -> Plan:
        return plan(
            self.wanted,
            self.state,
            *targets,
            observed=self.observed,
            existing=self.existing,
            client_ids=self.client_ids,
        )


@st.composite
def worlds(draw: st.DrawFn, *, looked: bool | None = None) -> World:
    """`looked`: whether the platform was observed; None: either."""
    client_ids = draw(st.booleans())
    pairs = draw(st.lists(st.tuples(KEYS, AUDIENCES), max_size=5, unique_by=(_key, _identity)))
    wanted = [
        replace(one, audience_id=f"mine-{one.key}" if client_ids and draw(st.booleans()) else None)
        for one in want(*pairs)
    ]
    known = dict(know(key, one) for key, one in draw(st.dictionaries(KEYS, AUDIENCES)).items())
    for one in wanted:
        if draw(st.booleans()):
            known.update([know(one.key, one.audience)])
    begun = draw(st.dictionaries(KEYS, AUDIENCES, max_size=3))
    intents = [
        intend(key, one, n, phase=draw(st.sampled_from(Phase)), absent_since=draw(RUNS))
        for n, (key, one) in enumerate(begun.items())
    ]
    seen = st.lists(st.builds(there, AUDIENCES, IDS), max_size=5)
    observed = draw({True: seen, False: st.none(), None: st.none() | seen}[looked])
    return World(
        tuple(wanted),
        found(known.items(), intents),
        None if observed is None else tuple(observed),
        draw(st.sampled_from(["adopt", "fail", "ignore"])),
        client_ids,
    )


def _key(pair: tuple[str, object]) -> str:
    return pair[0]


def _identity(pair: tuple[str, object]) -> object:
    return getattr(pair[1], "identity", None)
