"""aepctl export: a sandbox becomes manifests, and a plan then has nothing to do."""

import json
from collections.abc import Callable

import pytest
from projects import Project, tree
from sandbox import create

from aepctl.emulator import Behaviour, Emulator
from aepctl.manifests import Manifests, read_manifests
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A sandbox with two audiences of agora and one of crm; a project without manifests."""
    there = platform()
    project.settle_on(there)
    create(there, "Gold: 10,000", description="two\nlines")
    create(there, "NO")
    create(there, "Gold: 10,000", namespace="crm")
    return there


def posts(there: Emulator) -> list[str]:
    return [one.method for one in there.requests if one.method != "GET"]


def test_exported_and_adopted_a_plan_has_nothing_to_do(project: Project, there: Emulator) -> None:
    sent = len(posts(there))
    result = project.run("export", "--to", "audiences", "--adopt")
    assert (result.code, result.err) == (0, "")
    assert "3 adopted, 3 exported.\n" in result.out
    agora = (project.root / "audiences/agora.yaml").read_text()
    assert agora == (
        "defaults:\n  namespace: agora\n  originName: Tests\naudiences:\n"
        '  gold-10-000:\n    name: "Gold: 10,000"\n    description: |-\n      two\n      lines\n'
        '  "no":\n    name: "NO"\n'
    )
    assert "+ gold-10-000  audiences/agora.yaml:5\n" in result.out
    plan = project.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.out.splitlines()[-1]) == (0, "Nothing to do.")
    assert len(posts(there)) == sent


def test_without_adopt_an_apply_adopts_and_sends_nothing(project: Project, there: Emulator) -> None:
    result = project.run("export", "--to", "audiences")
    assert result.code == 0
    assert "Next: `aepctl plan` shows them as new, because no state knows them yet" in result.out
    sent = len(posts(there))
    assert "3 adopted." in project.apply().out
    assert len(posts(there)) == sent


def test_a_dry_run_says_the_same_and_writes_nothing(project: Project, there: Emulator) -> None:
    before = tree(project.root)
    shown = project.run("export", "--to", "audiences", "--adopt", "--dry-run", "-o", "json").json
    assert tree(project.root) == before
    done = project.run("export", "--to", "audiences", "--adopt", "-o", "json").json
    assert (shown.pop("dryRun"), done.pop("dryRun")) == (True, False)
    assert shown == done
    text = project.run("export", "--to", "elsewhere", "--dry-run").out
    assert "Nothing" not in text
    assert not (project.root / "elsewhere").exists()


def test_what_is_defined_is_told_and_not_written_twice(project: Project, there: Emulator) -> None:
    project.run("export", "--to", "audiences", "--adopt")
    before = tree(project.root)
    result = project.run("export", "--to", "audiences", "--adopt")
    assert (result.code, tree(project.root)) == (0, before)
    assert "3 defined already.\n" in result.out
    assert "state knows it as `gold-10-000`" in result.out
    mine = project.run("export", "--to", "audiences", "--mine")
    assert mine.out.startswith("Export for prod (")
    assert mine.out.endswith("nothing to export.\n")


def test_one_that_was_killed_before_it_recorded_is_finished_by_the_next(
    project: Project, there: Emulator
) -> None:
    create(there, "Gold  tier")
    project.run("export", "--to", "audiences")
    result = project.run("export", "--to", "audiences", "--mine", "--adopt")
    assert "4 adopted.\n" in result.out
    assert "= gold-tier\n    defined in audiences/agora.yaml:" in result.out
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_one_that_ends_between_files_and_state_is_finished_by_the_next(
    project: Project, there: Emulator
) -> None:
    read = iter([read_manifests])  # and once more, for what is to be recorded

    def once(folder: str) -> Manifests:
        return next(read)(folder)

    result = project.run("export", "--to", "audiences", "--adopt", read_manifests=once)
    assert result.code == 70
    assert project.run("validate").out == "3 audiences, no problems.\n"
    assert "3 adopted.\n" in project.run("export", "--to", "audiences", "--adopt").out
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_killed_between_two_files_it_writes_the_second(project: Project, there: Emulator) -> None:
    project.run("export", "--to", "audiences", "--namespace", "agora")
    result = project.run("export", "--to", "audiences", "--adopt")
    assert "1 exported" in result.out
    assert len(project.ids()) == 3
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_new_entries_are_added_to_what_people_wrote(project: Project, there: Emulator) -> None:
    text = (
        "# ours\r\ndefaults: {namespace: agora, originName: Tests} # all\r\naudiences:\r\n"
        "  other: {name: Other} # not there"
    )
    (project.root / "audiences").mkdir()
    (project.root / "audiences/agora.yaml").write_bytes(text.encode())
    assert project.run("export", "--to", "audiences", "--namespace", "agora").code == 0
    written = (project.root / "audiences/agora.yaml").read_bytes().decode()
    assert written.startswith(f"{text}\r\n  gold-10-000:\r\n")
    assert project.run("validate").out == "3 audiences, no problems.\n"


def test_filters_choose(project: Project, there: Emulator) -> None:
    create(there, "Solo", originName="Other")
    found = project.run("export", "--to", "audiences", "--name", "S*", "--name", "NO", "-o", "json")
    assert sorted(one["key"] for one in found.json["audiences"]) == ["no", "solo"]
    assert {one["file"] for one in found.json["files"]} == {
        "audiences/agora-other.yaml", "audiences/agora-tests.yaml",
    }  # fmt: skip


def test_a_filter_that_nothing_passes_says_what_there_is(project: Project, there: Emulator) -> None:
    result = project.run("export", "--to", "audiences", "--namespace", "Agora")
    assert result.code == 1
    assert "none of 3 audiences is what --namespace, --origin and --name ask for" in result.err
    assert "the namespaces agora, crm" in result.err


def test_a_folder_named_in_full_is_shown_from_here(project: Project, there: Emulator) -> None:
    full = f"{project.root / 'audiences'}/"
    result = project.run("export", "--to", full, "--adopt", "-o", "json")
    assert [one["file"] for one in result.json["files"]] == [
        "audiences/agora.yaml", "audiences/crm.yaml",
    ]  # fmt: skip


def test_an_empty_sandbox_is_no_error(project: Project, platform: Start) -> None:
    project.settle_on(platform())
    result = project.run("export", "--to", "audiences", "--adopt", "--namespace", "crm")
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("nothing to export.\n")
    assert not (project.root / "audiences").exists()


def test_what_is_not_exported_is_named_with_its_reason(project: Project, there: Emulator) -> None:
    create(there, "Sleepy", "inactive")
    create(there, "Gone", "archived")
    create(there, "bell\x07")
    twice = [create(there, "Twin"), create(there, "twin ")]
    result = project.run("export", "--to", "audiences", "--adopt", "-o", "json")
    assert result.code == 0
    passed = {one["name"]: (one["why"], one["reason"]) for one in result.json["passed"]}
    assert passed["Sleepy"] == ("asleep", "its lifecycleState is inactive")
    assert passed["bell\x07"][1].startswith("its name has the control character U+0007")
    assert passed["Twin"][0] == "left-out"
    assert twice[1] in passed["Twin"][1]
    assert set(passed) == {"Sleepy", "bell\x07", "Twin", "twin "}
    assert result.json["summary"] == {
        "exported": 3, "files": 2, "adopted": 3, "defined": 0, "ended": 0, "asleep": 1,
        "leftOut": 3,
    }  # fmt: skip
    assert project.run("plan", "--detailed-exitcode").code == 0
    result = project.run("export", "--to", "audiences", "--adopt", "--inactive", "--mine")
    assert "+ sleepy" in result.out
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_what_is_named_in_another_spelling_is_told(project: Project, there: Emulator) -> None:
    create(there, "Two  blanks")
    result = project.run("export", "--to", "audiences")
    note = "written in the usual spelling: its name has more than one blank at position 4"
    assert "+ two-blanks  audiences/agora.yaml:12\n    Two blanks" in result.out
    assert f")\n    {note}\n" in result.out
    assert "which of those in the usual spelling are meant, it asks" in result.out


def test_what_state_knows_under_a_key_without_a_manifest_gets_it_back(
    project: Project, platform: Start
) -> None:
    project.settle_on(platform())
    project.want("gold", "silver")
    project.apply()
    (project.root / "audiences/all.yaml").unlink()
    assert project.run("export", "--to", "audiences").code == 0
    assert sorted(project.ids()) == ["gold", "silver"]
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_the_embedded_platform_is_exported_as_any(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
    project.want("gold")
    project.apply()
    (project.root / "audiences/all.yaml").unlink()
    (project.root / "state/local.json").unlink()
    assert "1 adopted, 1 exported" in project.run("export", "--to", "audiences", "--adopt").out
    assert list(project.ids("local")) == ["name-gold"]


class TestWhereItMayBe:
    def refused(self, project: Project, *words: str) -> str:
        before = tree(project.root)
        result = project.run("export", *words)
        assert result.code == 1
        assert tree(project.root) == before
        return result.err

    def test_not_a_file(self, project: Project, there: Emulator) -> None:
        project.write("file", "")
        assert "file: it is not a folder [export-folder]\n" in self.refused(project, "--to", "file")
        assert "Not a directory" in self.refused(project, "--to", "file/sub")
        (project.root / "loop").symlink_to("loop")
        assert "Too many levels of symbolic" in self.refused(project, "--to", "loop/sub")

    def test_not_outside_unless_it_is_meant(self, project: Project, there: Emulator) -> None:
        inner = project.root / "inner"
        inner.mkdir()
        project.root.joinpath("aepctl.yaml").rename(inner / "aepctl.yaml")
        outside = ("--chdir", "inner", "--to", "../out")
        assert "it leads out of the folder of aepctl.yaml" in self.refused(project, *outside)
        (inner / "link").symlink_to(project.root)
        link = ("--chdir", "inner", "--to", "link/out")
        assert "it leads out of the folder of aepctl.yaml" in self.refused(project, *link)
        assert project.run("export", *outside, "--allow-outside").code == 0
        assert sorted(one.name for one in (project.root / "out").iterdir()) == [
            "agora.yaml", "crm.yaml",
        ]  # fmt: skip

    @pytest.mark.parametrize("to", [".", "..", "audiences/.."])
    def test_not_where_the_projects_other_files_are(
        self, project: Project, there: Emulator, to: str
    ) -> None:
        assert f"--to {to}: " in self.refused(project, "--to", to)

    @pytest.mark.parametrize(
        ("to", "said"),
        [
            (".aepctl/x", "what is there is the emulator's"),
            (".git", "what is there is Git's own"),
            ("audiences/.hidden", "what is written to a hidden folder is never read as a manifest"),
        ],
    )
    def test_not_where_nobody_looks(
        self, project: Project, there: Emulator, to: str, said: str
    ) -> None:
        assert said in self.refused(project, "--to", to)

    def test_what_the_shell_should_have_replaced_is_a_usage_error(self, project: Project) -> None:
        for words in (["--to", "~/x"], ["--to", "$X"], ["--to", ""], []):
            assert project.run("export", *words).code == 64

    def test_links_are_not_followed_and_not_replaced(
        self, project: Project, there: Emulator
    ) -> None:
        project.want("other", file="audiences/.real/agora.yaml")
        (project.root / "audiences/agora.yaml").symlink_to(".real/agora.yaml")
        (project.root / "audiences/crm.yaml").mkdir()
        result = project.run("export", "--to", "audiences", "-o", "json")
        assert [one["file"] for one in result.json["files"]] == [
            "audiences/agora-2.yaml", "audiences/crm-2.yaml",
        ]  # fmt: skip

    def test_apart_from_the_manifests_nothing_is_recorded_or_written_over(
        self, project: Project, there: Emulator
    ) -> None:
        project.want("gold")
        said = self.refused(project, "--to", "draft", "--adopt")
        assert "--adopt: draft is not below audiences" in said
        result = project.run("export", "--to", "draft")
        assert "Not read: the files are not below the folder of manifests" in result.out
        before = tree(project.root)
        assert "3 defined already" in project.run("export", "--to", "draft").out
        assert tree(project.root) == before
        project.write("draft/crm.yaml", "audiences: [")
        assert "draft/crm.yaml:" in self.refused(project, "--to", "draft")

    def test_a_folder_that_cannot_be_written(self, project: Project, there: Emulator) -> None:
        long = "x" * 300
        assert "File name too long" in self.refused(project, "--to", f"audiences/{long}")


class TestWhatComesFirst:
    def test_problems_of_manifests(self, project: Project, there: Emulator) -> None:
        project.write("audiences/faulty.yaml", "audiences: {x: {nmae: y}}\n")
        asked = len(there.requests)
        result = project.run("export", "--to", "audiences", "-o", "json")
        assert result.code == 1
        assert "unknown-field" in {one["rule"] for one in result.json["problems"]}
        assert result.json["audiences"] == []
        assert len(there.requests) == asked

    def test_credentials(self, project: Project, there: Emulator) -> None:
        project.setenv("AEP_ACCESS_TOKEN", "")
        asked = len(there.requests)
        assert project.run("export", "--to", "audiences").code == 1
        assert len(there.requests) == asked

    def test_credentials_that_may_not_list(self, project: Project, there: Emulator) -> None:
        there.behaviour = Behaviour(forbid_list=True)
        result = project.run("export", "--to", "audiences")
        assert result.code == 3
        assert "get the right to view segments\n" in result.err
        assert "--existing" not in result.err

    def test_the_lock_where_something_is_recorded(self, project: Project, there: Emulator) -> None:
        with FileStore("state/prod.json").hold({"command": "another"}, wait=0):
            assert project.run("export", "--to", "audiences", "--adopt").code == 5
            assert not (project.root / "audiences").exists()
            assert project.run("export", "--to", "audiences").code == 0


def test_a_file_that_changes_meanwhile_is_left_as_it_is(project: Project, there: Emulator) -> None:
    project.want("other", file="audiences/agora.yaml")

    def edited(context: object, environment: object) -> object:
        project.edit("audiences/agora.yaml", "Name other", "Name edited")
        return real(context, environment)

    from aepctl.operations.context import system_context

    real = system_context().open_platform
    project.edit("audiences/agora.yaml", "audiences:", "audiences: # ours")
    result = project.run("export", "--to", "audiences", open_platform=edited)
    assert result.code == 1
    assert "audiences/agora.yaml was changed by somebody else meanwhile" in result.err
    assert "Name edited" in (project.root / "audiences/agora.yaml").read_text()


def test_every_format_is_a_whole_document(project: Project, there: Emulator) -> None:
    create(there, "bell\x07")
    formats = ["text", "json", "markdown", "html", "junit", "gitlab", "codequality"]
    writes = [word for name in formats for word in ("--write", f"{name}:out.{name}")]
    assert project.run("export", "--to", "audiences", *writes).code == 0
    for name in formats:
        text = (project.root / f"out.{name}").read_text()
        assert text.endswith("\n")
        assert "gold-10-000" in text or name in {"gitlab", "codequality"}
    json.loads((project.root / "out.json").read_text())
