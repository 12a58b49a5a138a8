"""Completion: what may come next, also in a project that is broken; and never a word of trouble."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from projects import Project, tree

from aepctl.operations.completing import USABLE
from aepctl.yamldoc.patterns import KEY

STATE = {
    "audiences": {"iron": {"name": "Name iron"}, "silver": {"name": "Name silver"}},
    "intents": {"i-1": {"key": "gold", "phase": "open"}},
}
TWO = "environments:\n  dev: {sandbox: d}\n  prod: {sandbox: p, state: known/prod.json}\n"


@pytest.fixture
def team(project: Project) -> Project:
    """Manifests want gold, silver and lead; state knows silver and iron of prod; gold is open."""
    project.write("aepctl.yaml", TWO)
    project.want("gold", "silver", "lead")
    project.write("known/prod.json", json.dumps(STATE))
    project.setenv("AEPCTL_ENV", "prod")
    return project


def offered(project: Project, line: str, shell: str = "bash") -> list[str]:
    """What is offered for the word that the line ends in; after a blank, for one not begun."""
    words = line.split()
    project.setenv("COMP_WORDS", line)
    project.setenv("COMP_CWORD", str(len(words) - (not line.endswith(" "))))
    if shell == "fish":
        project.setenv("COMP_CWORD", "" if line.endswith(" ") else words[-1])
    project.setenv("_AEPCTL_COMPLETE", f"{shell}_complete")
    result = project.run()
    assert (result.code, result.err) == (0, "")
    return [one.removeprefix("plain,") for one in result.out.splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("aepctl sch", ["schema"]),
        ("aepctl state mig", ["migrate"]),
        ("aepctl schema st", ["state", "state-list", "state-show"]),
        ("aepctl plan -o ", ["text", "json", "markdown", "html"]),
        ("aepctl --env ", ["dev", "prod"]),
        ("aepctl plan --env p", ["prod"]),
        ("aepctl plan --env = p", ["prod"]),
        ("aepctl show ", ["gold", "iron", "lead", "silver"]),
        ("aepctl --env dev show ", ["gold", "lead", "silver"]),
        ("aepctl list s", ["silver"]),
        ("aepctl apply --target ", ["gold", "iron", "lead", "silver"]),
        ("aepctl plan --target = ", ["gold", "iron", "lead", "silver"]),
        ("aepctl plan --target gold --target ", ["iron", "lead", "silver"]),
        ("aepctl state show ", ["gold", "iron", "silver"]),
        ("aepctl state rm ", ["iron", "silver"]),
        ("aepctl state rm iron ", ["silver"]),
        ("aepctl state mv ", ["iron", "silver"]),
        ("aepctl state mv iron ", ["gold", "lead"]),
        ("aepctl state mv iron lead s", ["silver"]),
        ("aepctl state resolve ", ["gold"]),
        ("aepctl import ", ["gold", "lead"]),
        ("aepctl plan --write mark", ["markdown:"]),
        ("aepctl plan --write markdown : pl", ["file,markdown:pl"]),
        ("aepctl plan --out pl", ["file,pl"]),
        ("aepctl --chdir ", ["dir,"]),
        ("aepctl export --to a", ["dir,a"]),
        ("aepctl init n", ["dir,n"]),
    ],
)
def test_offers(team: Project, line: str, expected: list[str]) -> None:
    assert offered(team, line) == expected


def test_where_nothing_is_open_any_key_may_be_resolved(team: Project) -> None:
    team.write("known/prod.json", "")
    assert offered(team, "aepctl state resolve ") == ["gold", "lead", "silver"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_names_stand_beside_keys_and_a_joined_option_stays_whole(team: Project, shell: str) -> None:
    (silver,) = "".join(offered(team, "aepctl show s", shell)).split("\n")
    assert "silver" in silver
    assert "Name silver" in silver
    joined = offered(team, "aepctl plan --target=s", shell)
    assert any(one.startswith("--target=silver") for one in joined)


def test_folders_that_are_named_before_or_after_the_command_count(
    team: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.setenv("HOME", str(team.root))
    (team.root / "else/where").mkdir(parents=True)
    monkeypatch.chdir(team.root / "else/where")
    here = "else/where"
    assert offered(team, "aepctl show ") == []
    for line in (
        "aepctl --chdir ../.. show s",
        "aepctl show --chdir ../.. s",
        "aepctl --chdir .. show --chdir .. s",
        "aepctl --chdir ~ show s",
        "aepctl --chdir $HOME show s",
    ):
        assert offered(team, line) == ["silver"]
    assert str(Path.cwd()).endswith(here)


class TestABrokenProject:
    """Whatever is wrong, what can be read is offered, and nothing is said."""

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("aepctl.yaml", "][\n"),
            ("aepctl.yaml", "- a\n"),
            ("aepctl.yaml", "manifests: 1\nenvironments: [prod]\n"),
            ("aepctl.yaml", "environments: {prod: {state: {}}}\n"),
            ("aepctl.yaml", "environments: {prod: {state: 'git:origin'}}\n"),
            ("aepctl.yaml", "default_environment: {}\nmanifests: nowhere\n"),
            ("known/prod.json", "{"),
            ("known/prod.json", "[1]"),
            ("known/prod.json", '{"audiences": [], "intents": {"i": 1, "j": {}}}'),
            ("audiences/all.yaml", "audiences:\n  silver: [\n"),
            ("audiences/all.yaml", "audiences: [a]\n---\naudiences: {1: 2}\n"),
            ("audiences/all.yaml", "\x00"),
        ],
    )
    def test_is_no_trouble(self, team: Project, file: str, text: str) -> None:
        team.write(file, text)
        for line in (
            "aepctl show s",
            "aepctl --env p",
            "aepctl state mv ",
            "aepctl state resolve ",
        ):
            offered(team, line)

    def test_a_manifest_that_is_broken_hides_no_other(self, team: Project) -> None:
        team.write("audiences/b.yaml", "audiences: {tin: {name: Tin}}\n")
        team.write("audiences/all.yaml", "][")
        os.mkfifo(team.root / "audiences/c.yaml")
        assert offered(team, "aepctl import ") == ["tin"]

    def test_files_that_are_missing_have_no_keys(self, project: Project) -> None:
        assert offered(project, "aepctl show ") == []
        assert offered(project, "aepctl --env ") == []
        assert offered(project, "aepctl --chdir nowhere show ") == []

    @pytest.mark.parametrize("asked", ["", "bash", "bash_other", "tcsh_complete", "bash_complete"])
    def test_what_no_script_asks_is_answered_by_nothing(
        self, team: Project, monkeypatch: pytest.MonkeyPatch, asked: str
    ) -> None:
        monkeypatch.delenv("COMP_WORDS", raising=False)
        team.setenv("_AEPCTL_COMPLETE", asked)
        result = team.run("validate")
        assert (result.out, result.err) == ("", "") if asked else result.code == 0


class TestNothingElse:
    def test_nothing_outside_the_folder_is_read(
        self, team: Project, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        outside = tmp_path_factory.mktemp("outside")
        (outside / "all.yaml").write_text("audiences: {secret: {name: Secret}}\n")
        (outside / "state.json").write_text(json.dumps(STATE))
        (team.root / "audiences/link.yaml").symlink_to(outside / "all.yaml")
        (team.root / "audiences/links").symlink_to(outside)
        assert offered(team, "aepctl import ") == ["gold", "lead"]
        team.write(
            "aepctl.yaml",
            f"manifests: {outside}\nenvironments: {{prod: {{state: {outside}/state.json}}}}\n",
        )
        assert offered(team, "aepctl show ") == []
        assert "secret" in offered(team, "aepctl --allow-outside show ")
        (team.root / "aepctl.yaml").unlink()
        (outside / "other.yaml").write_text(TWO)
        (team.root / "aepctl.yaml").symlink_to(outside / "other.yaml")
        assert offered(team, "aepctl --env ") == []

    def test_what_a_shell_would_run_is_never_offered(self, team: Project) -> None:
        hostile = ("$(touch pwned)", "`id`", "a b", "a;b", "a\nb", "*", "-rf", "\x1b[31m", "ключ")
        keys = {key: {"name": "x"} for key in hostile}
        intents = {str(n): {"key": key} for n, key in enumerate(hostile)}
        team.write("audiences/more.yaml", json.dumps({"audiences": keys}))
        team.write("known/prod.json", json.dumps({"audiences": keys, "intents": intents}))
        team.write("aepctl.yaml", json.dumps({"environments": {**keys, "prod": {}}}))
        assert offered(team, "aepctl show ") == ["gold", "lead", "silver"]
        assert offered(team, "aepctl state show ") == []
        assert offered(team, "aepctl --env ") == ["prod"]
        assert USABLE.pattern == KEY

    def test_names_act_on_no_terminal(self, team: Project) -> None:
        team.write("audiences/all.yaml", json.dumps({"audiences": {"a": {"name": "\x1b[31m\n"}}}))
        assert offered(team, "aepctl import ", "zsh") == ["plain", "a", "\\x1b[31m\\n"]

    def test_nothing_is_written(self, team: Project) -> None:
        before = tree(team.root)
        offered(team, "aepctl show ")
        assert tree(team.root) == before

    @pytest.mark.rig
    def test_neither_pydantic_nor_http_is_loaded(self, team: Project) -> None:
        script = (
            "import sys; from aepctl.cli.main import run; run([]); "
            "sys.exit(' '.join({'pydantic', 'httpx', 'deepdiff', 'subprocess'} & {*sys.modules}))"
        )
        asked = {
            "_AEPCTL_COMPLETE": "bash_complete",
            "COMP_WORDS": "aepctl show ",
            "COMP_CWORD": "2",
        }
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **asked}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stderr == "\n"
        assert "plain,silver" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_the_same_by_either_way(project: Project, shell: str) -> None:
    script = project.run("completion", shell)
    assert script.code == 0
    assert "_aepctl_completion" in script.out
    project.setenv("_AEPCTL_COMPLETE", f"{shell}_source")
    assert project.run().out == script.out


def test_an_unknown_shell_is_a_usage_error(project: Project) -> None:
    assert project.run("completion", "tcsh").code == 64
    assert project.run("completion").code == 64


BASH = """
source <(aepctl completion bash)
t() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _aepctl_completion aepctl; echo "${COMPREPLY[*]}"
}
t aepctl sh
t aepctl show ''
t aepctl plan --target = s
t aepctl --env p
t aepctl --chdir '"my folder"' --env ''
complete -p aepctl
"""
ZSH = """
compdef() { }
compadd() { print -r -- "$completions" }
_describe() { print -r -- "${(P@)3}" }
source <(aepctl completion zsh)
t() { words=("$@"); CURRENT=$#words; _aepctl_completion }
t aepctl --env p
t aepctl plan --target=s
"""
FISH = """
aepctl completion fish | source
complete -C "aepctl --env p"
complete -C "aepctl plan --target=s"
"""


@pytest.mark.rig
class TestRealShells:
    """The scripts, run by the shells that they are for; a broken project says nothing there."""

    def run(self, project: Project, shell: str, *words: str) -> list[str]:
        program = shutil.which(shell)
        if program is None:
            pytest.skip(f"needs the shell {shell}")
        aepctl = project.write("bin/aepctl", f'#!/bin/sh\nexec {sys.executable} -m aepctl "$@"\n')
        aepctl.chmod(0o755)
        done = subprocess.run(
            [program, *words], cwd=project.root, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{aepctl.parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.splitlines()

    def test_bash(self, team: Project) -> None:
        team.write("my folder/aepctl.yaml", "environments: {other: {}}\n")
        assert self.run(team, "bash", "--norc", "-c", BASH) == [
            "show",
            "gold iron lead silver",
            "silver",
            "prod",
            "other",
            "complete -o nosort -F _aepctl_completion aepctl",
        ]
        team.write("aepctl.yaml", "][")
        team.write("audiences/all.yaml", "][")
        asked = "COMP_WORDS=(aepctl show ''); COMP_CWORD=2; _aepctl_completion aepctl"
        script = f"source <(aepctl completion bash); {asked}; echo ${{#COMPREPLY[@]}}"
        assert self.run(team, "bash", "--norc", "-c", script) == ["0"]

    def test_zsh(self, team: Project) -> None:
        shown = self.run(team, "zsh", "-f", "-c", ZSH)
        assert shown == ["prod", "--target=silver:Name silver"]

    def test_fish(self, team: Project) -> None:
        shown = self.run(team, "fish", "--no-config", "-c", FISH)
        assert shown == ["prod", "--target=silver\tName silver"]
