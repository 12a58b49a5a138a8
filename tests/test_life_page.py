"""docs/life.md: what a plan can say has its place there, and its session shows what is printed."""

import re
from pathlib import Path

from projects import Project

from aepctl.plan.plan import Action
from aepctl.render.words import WORDS

ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
PAGE = (Path(__file__).resolve().parent.parent / "docs/life.md").read_text()


def test_every_action_of_a_plan_has_its_place() -> None:
    for action in Action:
        assert f"`{WORDS[action].symbol}`" in PAGE, action


def test_the_session(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {dev: {endpoint: emulator, sandbox: dev}}\n")
    block = "  loyalty-gold: {name: Loyalty - Gold tier}\n"
    project.write(
        "audiences/a.yaml", f"defaults: {{namespace: n, originName: O}}\naudiences:\n{block}"
    )
    assert project.apply().code == 0
    (session,) = re.findall(r"<!-- run: destroy -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    command, *shown = ID.sub("ID", session).splitlines()
    assert command == "$ aepctl --env dev destroy"
    result = project.run("--env", "dev", "destroy", typed="dev\n")
    printed = ID.sub("ID", result.out + result.err)
    assert [line for line in shown if line.removesuffix(": dev") not in printed] == []
    assert result.code == 0
