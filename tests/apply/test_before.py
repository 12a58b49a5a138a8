"""What was read right before a change decides whether it is still sent."""

from dataclasses import replace

import pytest
from fakes import audience

from aepctl.apply.before import SEND, Found, judge
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.steps import Delete, Patch

IDS = Ids("A", "P")
DULL, SHINY = audience("gold", "Dull"), audience("gold", "Shiny")
PATCH, DELETE = Patch(IDS, DULL, SHINY), Delete(IDS, DULL)
BOTH = Patch(IDS, DULL, audience("aurum", "Shiny"))


ODD = (
    "name was 'gold', is 'tin', shall be 'aurum'; "
    "description was 'Dull', is 'Odd', shall be 'Shiny'"
)


def there(name: str, text: str | None = "Dull", **fields: str) -> Observed:
    return Observed(replace(audience(name, text), **fields), IDS)


@pytest.mark.parametrize("text", ["Dull", "DULL", "Dull ", "Du\u200bll"])
def test_a_patch_of_what_is_as_it_was_in_any_spelling_is_sent(text: str) -> None:
    assert judge("gold", PATCH, there("gold", text)) is SEND


@pytest.mark.parametrize(("text", "sent"), [("Dull", True), ("DULL", False), ("Dull ", False)])
def test_a_delete_is_sent_only_of_what_is_just_as_it_was_seen(text: str, sent: bool) -> None:
    assert (judge("gold", DELETE, there("gold", text)) is SEND) is sent


@pytest.mark.parametrize("text", ["Shiny", "SHINY", "Shiny "])
def test_a_patch_that_is_there_is_done_as_it_is_there(text: str) -> None:
    shown = audience("gold", text)
    assert judge("gold", PATCH, Observed(shown, IDS)) == Found(observed=shown)


def test_only_the_fields_that_a_patch_changes_count() -> None:
    assert judge("gold", PATCH, there("renamed by others")) is SEND
    done = judge("gold", PATCH, there("renamed by others", "Shiny"))
    assert (done.why, done.refused) == (None, False)


@pytest.mark.parametrize(
    ("before", "after", "shown", "sent"),
    [
        ("Dull", None, "Dull", True),
        ("Dull", None, None, False),
        (None, "Dull", None, True),
        (None, "Dull", "Dull", False),
    ],
)
def test_a_description_that_comes_or_goes(
    before: str | None, after: str | None, shown: str | None, sent: bool
) -> None:
    patch = Patch(IDS, audience("gold", before), audience("gold", after))
    found = judge("gold", patch, there("gold", shown))
    assert found is SEND if sent else found == Found(observed=audience("gold", shown))


@pytest.mark.parametrize(("shown", "sent"), [("gold", True), ("Gold", False)])
def test_a_patch_of_the_spelling_alone_is_told_by_it(shown: str, sent: bool) -> None:
    found = judge("gold", Patch(IDS, audience("gold"), audience("Gold")), there(shown, None))
    assert (found is SEND) is sent
    assert found.why is None


@pytest.mark.parametrize(
    ("step", "shown", "said"),
    [
        (PATCH, there("gold", "Odd"), "description was 'Dull', is 'Odd', shall be 'Shiny'"),
        (PATCH, there("gold", None), "description was 'Dull', is empty, shall be 'Shiny'"),
        (
            Patch(IDS, SHINY, audience("gold")),
            there("gold", "Odd"),
            "description was 'Shiny', is 'Odd', shall be empty",
        ),
        (BOTH, there("aurum"), "name was 'gold', is 'aurum', shall be 'aurum'"),
        (
            BOTH,
            there("tin", "Odd"),
            ODD,
        ),
        (DELETE, there("gold", "Odd"), "description was 'Dull', is 'Odd'"),
        (DELETE, there("tin"), "name was 'gold', is 'tin'"),
    ],
)
def test_what_somebody_edited_is_for_a_person_with_all_its_values(
    step: Patch | Delete, shown: Observed, said: str
) -> None:
    why = (
        f"somebody edited it on the platform meanwhile: {said}. Plan again: `aepctl plan --refresh`"
    )
    if step is DELETE:
        why += "; to delete it all the same: `aepctl apply --overwrite --target gold`"
    assert judge("gold", step, shown) == Found(why)


def test_what_is_gone_cannot_be_changed() -> None:
    gone = "the platform has no audience A any more. Plan again: `aepctl plan --refresh`"
    assert judge("gold", PATCH, None) == Found(gone)


def test_but_is_deleted_all_the_same_as_it_may_only_not_show_yet() -> None:
    assert judge("gold", DELETE, None) is SEND


def test_what_others_depend_on_is_not_deleted_and_they_are_named() -> None:
    shown = replace(there("gold"), dependents=("B", "C"))
    why = "other audiences depend on it: B, C; delete or change those first"
    assert judge("gold", DELETE, shown) == Found(why, refused=True)
    assert judge("gold", PATCH, shown) is SEND


def test_a_third_spelling_of_a_patch_of_the_spelling_alone_is_for_a_person() -> None:
    found = judge("gold", Patch(IDS, audience("gold"), audience("Gold")), there("GOLD", None))
    assert found.why is not None


def test_without_the_platforms_own_id_nothing_is_read_or_sent() -> None:
    kept: Audience = DULL
    for step in (Patch(Ids("A"), kept, SHINY), Delete(Ids("A"), kept)):
        found = judge("gold", step, None)
        assert found.refused
        assert found.why is not None
        assert found.why.startswith("nothing was sent: the platform's own `id` of A is not known")
