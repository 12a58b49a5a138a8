"""Steps are data; a patch knows what it changes."""

import pytest

from aepctl.model.audience import Audience, Ids
from aepctl.model.steps import Patch

GOLD = Audience("Gold", "agora", "Agora", "Loyal")


def patch(after: Audience) -> Patch:
    return Patch(Ids("id-1", "p-1"), GOLD, after)


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (GOLD, {}),
        (Audience("Gilt", "agora", "Agora", "Loyal"), {"name": "Gilt"}),
        (Audience("Gold", "agora", "Agora", "Dear"), {"description": "Dear"}),
        (Audience("Gold", "agora", "Agora"), {"description": None}),
        (Audience("Gilt", "agora", "Agora"), {"name": "Gilt", "description": None}),
    ],
)
def test_a_patch_tells_the_fields_that_change(
    after: Audience, changes: dict[str, str | None]
) -> None:
    assert patch(after).changes == changes


def test_a_text_that_was_not_there_is_a_change() -> None:
    bare = Audience("Gold", "agora", "Agora")
    assert Patch(Ids("id-1"), bare, GOLD).changes == {"description": "Loyal"}
