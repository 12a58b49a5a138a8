"""docs/manifests.md: its manifests are sound, and it names every field of a life."""

import re
from pathlib import Path

import pytest

from aepctl.manifests import read_manifests
from aepctl.manifests.model import LifecycleBlock
from aepctl.model.lifecycle import Lifecycle

PAGE = (Path(__file__).resolve().parents[2] / "docs/manifests.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_a_sound_manifest(number: int, folder: Path) -> None:
    (folder / "audiences").mkdir()
    Path("audiences/a.yaml").write_text(EXAMPLES[number])
    manifests = read_manifests("audiences")
    assert manifests.wanted or manifests.removed


def test_an_empty_list_takes_no_part_in_the_defaults(folder: Path) -> None:
    (folder / "audiences").mkdir()
    Path("audiences/a.yaml").write_text(EXAMPLES[1])
    lives = {one.key: one.lifecycle for one in read_manifests("audiences").wanted}
    ignores = Lifecycle(ignored=frozenset({"description"}))
    assert lives == {"loyalty-silver": ignores, "loyalty-bronze": Lifecycle()}


def test_every_field_of_a_life_is_there() -> None:
    for field in LifecycleBlock.model_fields:
        assert f"| `{field}` |" in PAGE
