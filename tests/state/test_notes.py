"""What the history of a shared store says of each write."""

from dataclasses import replace

import pytest
from fakes import AT, TARGET, audience

from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Create
from aepctl.state.model import Intent, Run, State, UsedPlan
from aepctl.state.notes import note_of

RUN = Run("run-1", AT, "aepctl apply")
GOLD = Known(audience("gold"), Ids("A-gold"))
SHINY = replace(GOLD, audience=audience("gold", "Shiny"))


def of(key: str) -> Known:
    return Known(audience(key), Ids(f"A-{key}"))


def state(*intents: str, plans: tuple[str, ...] = (), **known: Known) -> State:
    begun = {one: Intent(one, "run-1", one, Create(audience(one)), AT) for one in intents}
    return State("L", 1, TARGET, known, begun, {one: UsedPlan() for one in plans})


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (state(), state(gold=GOLD), "1 new"),
        (state(gold=GOLD), state(), "1 gone"),
        (state(gold=GOLD), state(gold=SHINY), "1 changed"),
        (state(), state("a", "b"), "2 open"),
        (state("a", "b"), state("b"), "1 open"),
        (state(plans=("p",)), state(plans=("p", "q")), "a saved plan begun"),
        (
            state("a", gold=GOLD, old=of("old"), other=of("other"), was=of("moved")),
            state(
                "b",
                gold=SHINY,
                new=of("1"),
                newer=of("2"),
                other=of("other"),
                now=of("moved"),
                plans=("p",),
            ),
            "2 new, 1 changed, 1 moved, 1 gone, 1 open, a saved plan begun",
        ),
    ],
)
def test_what_is_new_or_other_is_counted_under_the_command(
    before: State, after: State, what: str
) -> None:
    for over in (False, True):
        assert note_of(before, after, RUN, over=over) == f"apply: {what}\n\nrun run-1\n"


def test_a_write_without_any_says_whether_the_run_goes_on() -> None:
    one = state(gold=GOLD, plans=("p",))
    assert note_of(one, one, RUN, over=False) == "apply: at work\n\nrun run-1\n"
    assert note_of(one, one, RUN, over=True) == "apply: nothing new\n\nrun run-1\n"


def test_the_body_says_where_it_ran_and_for_which_commit() -> None:
    run = replace(RUN, job="https://ci.example/1", commit="abc")
    said = note_of(state(), state(), run, over=True)
    assert said == "apply: nothing new\n\nrun run-1\nhttps://ci.example/1\ncommit abc\n"
