"""docs/drift.md: what its session shows is what the program prints."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from projects import Project
from sandbox import create, delete, edit
from sessions import commands, sessions, without_ids

from aepctl.cli.main import cli
from aepctl.emulator import Emulator
from aepctl.plan.kinds import Kind

PAGE = (Path(__file__).resolve().parent.parent / "docs/drift.md").read_text()
MANIFEST = """\
defaults: {namespace: agora, originName: Agora_Collaboration}
audiences:
  loyalty-gold:
    name: Loyalty - Gold tier
    description: Members with 10,000 points or more.
  loyalty-silver: {name: Loyalty - Silver tier}
  loyalty-bronze: {name: Loyalty - Bronze tier}
"""


def test_the_session(project: Project, platform: Callable[..., Emulator]) -> None:
    there = platform()
    project.settle_on(there)
    project.write("audiences/loyalty.yaml", MANIFEST)
    assert project.apply("--fresh").code == 0
    assert project.run("refresh", "--auto-approve").code == 0
    edit(there, "Loyalty - Gold tier", description="Our best customers")
    delete(there, "Loyalty - Silver tier")
    edit(there, "Loyalty - Bronze tier", lifecycleState="inactive")
    create(there, "Winter sale", originName="Agora_Collaboration")
    (session,) = sessions(PAGE)
    codes = []
    for words, shown in commands(session):
        result = project.run(*words[1:])
        assert without_ids(shown) == without_ids(result.out), words
        codes.append(result.code)
    assert codes == [2, 0, 0, 0, 2]
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    result = project.run(*shlex.split(script)[1:])
    assert (result.code, result.json["drift"]) == (2, True)
    assert "Winter sale" in (project.root / "drift.html").read_text()


def test_every_kind_and_option_is_on_the_page() -> None:
    assert not [kind for kind in Kind if f"| `{kind}` |" not in PAGE]
    own = {"--ignore", "--unmanaged"}
    assert own < {name for one in cli.commands["drift"].params for name in one.opts}
    assert not [name for name in own if name not in PAGE]
