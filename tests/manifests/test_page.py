"""docs/manifests.md: its manifests are sound, and it names every field of a life."""

import re
from pathlib import Path

import pytest
from projects import Project

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
    (example,) = (one for one in EXAMPLES if "ignore_changes: []" in one)
    Path("audiences/a.yaml").write_text(example)
    lives = {one.key: one.lifecycle for one in read_manifests("audiences").wanted}
    ignores = Lifecycle(ignored=frozenset({"description"}))
    assert lives == {"loyalty-silver": ignores, "loyalty-bronze": Lifecycle()}


def test_an_example_is_sound_in_the_environments_that_it_names(project: Project) -> None:
    named = "environments: {dev: {}, stage: {state: b.json}, prod: {state: c.json}}\n"
    project.write("aepctl.yaml", named)
    for example in EXAMPLES:
        project.write("audiences/a.yaml", example)
        assert project.run("validate").code == 0


def test_every_field_of_a_life_is_there() -> None:
    for field in LifecycleBlock.model_fields:
        assert f"| `{field}` |" in PAGE
