"""docs/editors.md: its script makes the schemas that its files and settings name."""

import json
import re
import shlex
from pathlib import Path, PurePosixPath

from projects import Project

from aepctl.render.schemas import schema_text

PAGE = (Path(__file__).resolve().parent.parent / "docs/editors.md").read_text()


def block(language: str) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[0]


def test_the_script_makes_what_the_settings_and_the_sample_name(project: Project) -> None:
    made, *lines = (shlex.split(line) for line in block("sh").splitlines())
    assert made == ["mkdir", "-p", "schemas"]
    for _, *words, sign, file in lines:
        assert sign == ">"
        project.write(file, project.run(*words).out)
    maps = json.loads(block("json"))["yaml.schemas"]
    assert [(project.root / file).read_text() for file in maps] == [
        schema_text("manifest"), schema_text("config"),
    ]  # fmt: skip
    assert [*maps.values()] == ["audiences/**/*.{yaml,yml}", "aepctl.yaml"]
    (file,) = re.findall(r"<!-- file: (audiences/\S+) -->", PAGE)
    (named,) = re.findall(r"\$schema=(\S+)\naudiences:", PAGE)
    assert str(PurePosixPath("schemas") / Path(named).name) in maps
    assert (project.root / file).parent.joinpath(named).resolve().is_file()
