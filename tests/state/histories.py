"""Any state, and anything that can happen to it, for property tests."""

from fakes import AT, TARGET, audience
from hypothesis import strategies as st

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record
from aepctl.model.target import Target
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.model import NO_OUTCOME, Intent, Phase, Run, State, UsedPlan
from aepctl.state.reducer import Draft

KEYS = ("gold", "silver", "bronze", "Größe")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = texts.filter(bool)
audiences = st.builds(Audience, texts, texts, texts, st.none() | texts)
ids = st.builds(Ids, names, st.none() | texts)
knowns = st.builds(Known, audiences, ids)
targets = st.builds(Target, texts, texts, texts)
remote_steps = (
    st.builds(Create, audiences, st.none() | texts)
    | st.builds(Patch, ids, audiences, audiences)
    | st.builds(Delete, ids, audiences)
)
local_steps = (
    st.builds(Adopt, knowns)
    | st.builds(Move, texts)
    | st.just(Forget())
    | st.builds(Record, audiences)
)
intents = st.builds(
    Intent,
    id=names,
    run=texts,
    key=texts,
    step=remote_steps,
    at=st.sampled_from([AT, "2026-02-01T00:00:00.000+00:00"]),
    phase=st.sampled_from(Phase),
    reason=st.just(NO_OUTCOME) | texts,
    exists=st.booleans(),
    absent_since=st.none() | texts,
)
runs = st.builds(
    Run,
    id=names,
    at=texts,
    command=texts,
    by=st.none() | texts,
    commit=st.none() | texts,
    job=st.none() | texts,
    part=st.integers(1, 9),
)
used_plans = st.builds(UsedPlan, st.integers(0, 9)) | st.builds(
    UsedPlan,
    serial=st.integers(0, 9),
    runs=st.lists(names, max_size=2, unique=True).map(tuple),
    left=st.frozensets(texts, min_size=1, max_size=3),
)
states = st.builds(
    State,
    lineage=names,
    serial=st.integers(0, 10**12),
    target=targets,
    audiences=st.dictionaries(texts, knowns, max_size=4).filter(
        lambda some: len({one.ids.audience_id for one in some.values()}) == len(some)
    ),
    intents=st.lists(intents, max_size=4).map(lambda some: {one.id: one for one in some}),
    plans=st.dictionaries(texts, used_plans, max_size=3),
    runs=st.lists(runs, max_size=3).map(tuple),
)
events = (
    st.builds(Begun, intents)
    | st.builds(
        Ended,
        intent_id=names,
        ending=st.sampled_from(Ending),
        run=st.just("run"),
        at=texts,
        ids=st.none() | ids,
        observed=st.none() | audiences,
        reason=st.none() | texts,
        exists=st.booleans(),
    )
    | st.builds(Noted, texts, local_steps, texts, st.just("run"))
    | st.builds(
        PlanUsed,
        texts,
        texts,
        st.just("run"),
        st.integers(0, 9),
        st.lists(texts, max_size=3).map(tuple),
    )
)


ODD = ("Gold", "", "Größe ❄", "two\nlines\u2028and\x85more", '"\\', "😀\u202e")
moves = st.tuples(
    st.integers(0, 11), st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(ODD)
)


@st.composite
def histories(draw: st.DrawFn, *, most: int = 20) -> tuple[State, tuple[Event, ...]]:
    """A state, and events that can have happened to it one after the other."""
    before = State("L", 3, TARGET, {"gold": known("A-first", "Gold")})
    draft, happened = Draft(before), []
    for number, move in enumerate(draw(st.lists(moves, max_size=most))):
        event = _event(draft.state(), number, *move)
        try:
            draft.take(event)
        except Contradiction:
            continue
        happened.append(event)
    return before, tuple(happened)


def known(audience_id: str, name: str = "Name") -> Known:
    return Known(audience(name), Ids(audience_id))


def _event(state: State, number: int, kind: int, key: str, other: str, text: str) -> Event:
    """One that fits the state, mostly."""
    local = [Adopt(known(f"A-{number}", text)), Move(other), Forget(), Record(audience(text, text))]
    if kind < len(local):
        return Noted(key, local[kind], AT, "run")
    if kind == len(local):
        return PlanUsed(text, AT, "run", number, (key, other)[: number % 3])
    if kind < 8 or not state.intents:
        return Begun(Intent(f"i-{number}", "run", key, _step(state, key, kind, text), AT))
    ending = list(Ending)[(kind + len(text)) % len(Ending)]
    return Ended(
        intent_id=sorted(state.intents)[number % len(state.intents)],
        ending=ending,
        run="run",
        at=AT,
        ids=Ids(f"B-{number}", text or None),
        observed=audience(text) if kind % 2 else None,
        reason=text or None,
        exists=kind == 10,
    )


def _step(state: State, key: str, kind: int, text: str) -> Create | Patch | Delete:
    mine = state.audiences.get(key)
    if mine is None or kind == 5:
        return Create(audience(text, text or None), text or None)
    if kind == 6:
        return Patch(mine.ids, mine.audience, audience(text))
    return Delete(mine.ids, mine.audience)
