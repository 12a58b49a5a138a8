"""docs/import.md: what its sessions show is what the program prints."""

from collections.abc import Callable
from pathlib import Path

from projects import Project, Result
from sandbox import create
from sessions import commands, sessions, without_ids

from aepctl.emulator import Emulator

PAGE = (Path(__file__).resolve().parent.parent / "docs/import.md").read_text()
SHARED = """\
# yaml-language-server: $schema=../schemas/manifest.json
defaults:
  namespace: agora
"""
BLOCK = f"""{SHARED}audiences:
  loyalty-gold: {{name: Loyalty - Gold tier, originName: Agora_Collaboration}}
"""


def test_the_sessions(project: Project, platform: Callable[..., Emulator]) -> None:
    there = platform()
    project.settle_on(there)
    created = create(there, "Loyalty - Gold tier", originName="Agora_Collaboration")

    def imported() -> Result:
        return project.run("import", "loyalty-gold", created)

    once, anew = sessions(PAGE)
    project.write("audiences/loyalty.yaml", BLOCK)
    ((words, shown),) = commands(once)
    assert words[:3] == ["aepctl", "import", "loyalty-gold"]
    assert without_ids(imported().out) == without_ids(shown)
    assert project.run("state", "rm", "loyalty-gold").code == 0

    project.write(
        "audiences/loyalty.yaml", BLOCK.replace("gold", "silver").replace("Gold", "Silver")
    )
    (_, refused), (moved, _), (_, done) = commands(anew)
    result = imported()
    assert result.err == refused
    assert moved == ["mv", "gold.yaml", "audiences/"]
    project.write("audiences/gold.yaml", result.out)
    assert imported().out.startswith(done.partition("…")[0])
