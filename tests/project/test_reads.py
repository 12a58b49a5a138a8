"""What a project reads and keeps, under whatever name it is found. What follows: tests/cli."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from aepctl.errors import AepctlError
from aepctl.project.reads import Reads, reads_here

STATE = b'{\n  "format": "2.0",\n  "lineage": "L"\n}\n'
JOURNAL = b'{"type": "journal", "format": "1.2"}\n'
SETTINGS = "manifests: wanted\nenvironments:\n  dev: {state: kept/dev.json}\n  prod: {}\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, data: bytes = b"x") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def reads(*, known: bool = True, **named: str) -> Reads:
    return Reads({f"{name}.json": what for name, what in named.items()}, "audiences", known)


class TestByName:
    def test_it_is_what_it_is_called_however_the_path_is_written(self, project: Path) -> None:
        (project / "link").symlink_to("dev.json")
        (project / "a").mkdir()
        for path in ("dev.json", "./a/../dev.json", str(project / "dev.json"), "link"):
            assert reads(dev="the state").why_not(path) == "the state"
        for path in ("dev.json.bak", "a/dev.json", "DEV.json"):
            assert reads(dev="the state").why_not(path) is None

    def test_also_where_the_project_itself_names_a_link(self, project: Path) -> None:
        (project / "dev.json").symlink_to("real.json")
        assert reads(dev="the state").why_not("real.json") == "the state"


class TestByPlace:
    @pytest.mark.parametrize(
        ("path", "what"),
        [
            ("audiences/new.yaml", "a manifest"),
            ("audiences/deep/new.YML", "a manifest"),
            ("audiences/new.txt", None),
            ("audiences2/new.yaml", None),
            ("new.yaml", None),
            ("aepctl.yml", "what passes for the settings"),
            (".AEPCTL.json", "what passes for the settings"),
            ("deep/aepctl.yml", None),
            (".git/config", "Git's own"),
            ("sub/.git/hooks/x", "Git's own"),
            ("sub/.git", None),
            (".github/x", None),
            (".aepctl/emulator-dev.sqlite3", "the emulator's"),
            ("deep/.aepctl/x", None),
        ],
    )
    def test_it_need_not_be_there(self, path: str, what: str | None) -> None:
        assert reads().why_not(path) == what

    def test_a_link_counts_as_what_it_leads_to(self, project: Path) -> None:
        (project / "audiences").mkdir()
        (project / "out").symlink_to("audiences")
        assert reads().why_not("out/x.yaml") == "a manifest"


class TestByContent:
    @pytest.mark.parametrize("data", [STATE, JOURNAL, b'  {"format":"1.0","lineage":"L"}'])
    def test_a_state_or_a_journal_is_one_wherever_it_is(self, data: bytes) -> None:
        write("old.txt", data)
        assert reads().why_not("old.txt") == "a state"

    @pytest.mark.parametrize("data", [b"", b"x" + STATE, b'{"format": "2.0"}', b"\n" + JOURNAL])
    def test_anything_else_is_none(self, data: bytes) -> None:
        write("report.json", data)
        assert reads(dev="the state").why_not("report.json") is None

    def test_another_name_of_the_same_file_is_found_out(self, project: Path) -> None:
        os.link(write("dev.json"), project / "other")
        write("prod.json")
        assert reads(gone="gone", prod="that", dev="the state").why_not("other") == "the state"

    def test_also_one_of_a_manifest(self, project: Path) -> None:
        for name, path in (("txt", "a.txt"), ("yaml", "deep/b.YAML"), ("lone", "lone.yaml")):
            os.link(write(f"audiences/{path}"), project / name)
        (project / "audiences/lone.yaml").unlink()
        write("audiences/other.yaml")
        assert reads().why_not("yaml") == "a manifest"
        assert reads().why_not("txt") is None
        assert reads().why_not("lone") is None

    def test_of_one_under_two_names_that_of_the_settings_is_told(self, project: Path) -> None:
        os.link(write("audiences/a.yaml"), project / "dev.json")
        os.link(project / "dev.json", project / "other")
        assert reads(dev="the state").why_not("other") == "the state"

    def test_where_the_settings_cannot_be_read_any_yaml_may_be_a_manifest(
        self, project: Path
    ) -> None:
        write("x.YML")
        os.link(write("dev.json"), project / "dev.yaml")
        perhaps = "perhaps a manifest: aepctl.yaml cannot be read"
        assert reads(known=False).why_not("x.YML") == perhaps
        assert reads(known=False).why_not("new.yml") is None
        assert reads(known=False, dev="the state").why_not("dev.yaml") == "the state"
        assert reads(known=False).why_not("dev.json") is None
        assert reads().why_not("x.YML") is None

    def test_only_regular_files_are_opened(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(project / "fifo")
        assert reads().why_not("fifo") is None
        assert reads().why_not("/dev/null") is None
        assert reads().why_not(".") is None
        regular = write("regular").stat()
        monkeypatch.setattr(os, "stat", lambda _: regular)
        assert reads().why_not("fifo") is None  # one that took the file's place is not awaited

    def test_what_is_read_of_it_leaves_no_handle(self) -> None:
        write("report.json")
        before = set(Path("/dev/fd").iterdir())
        assert reads().why_not("report.json") is None
        assert set(Path("/dev/fd").iterdir()) == before


def named(
    environ: Mapping[str, str] | None = None, name: str | None = None, *more: str
) -> dict[str, str]:
    """Without the files beside the states, which are where the states are."""
    found = reads_here(environ or {}, name, more, allow_outside=False)
    return {file: what for file, what in found.named.items() if not file.endswith(".lock")}


class TestOfThisFolder:
    def test_it_is_the_settings_all_states_and_the_plans(self, project: Path) -> None:
        write("aepctl.yaml", SETTINGS.encode())
        assert named({}, None, "plan.json") == {
            "aepctl.yaml": "the settings",
            "kept/dev.json": "the state of `dev`",
            str(project / "kept/dev.journal"): "the state of `dev`",
            "state/prod.json": "the state of `prod`",
            str(project / "state/prod.journal"): "the state of `prod`",
            "plan.json": "the saved plan that is read",
        }
        found = reads_here({}, None, (), allow_outside=False)
        assert (found.manifests, found.known) == ("wanted", True)

    @pytest.mark.parametrize(
        ("environ", "name", "state"),
        [
            ({}, None, "state/default.json"),
            ({"AEPCTL_ENV": "stage"}, None, "state/stage.json"),
            ({"AEPCTL_ENV": "stage"}, "prod", "state/prod.json"),
        ],
    )
    def test_without_settings_it_is_the_state_of_the_environment_that_is_named(
        self, environ: dict[str, str], name: str | None, state: str
    ) -> None:
        assert list(named(environ, name))[:2] == ["aepctl.yaml", state]
        found = reads_here(environ, name, (), allow_outside=False)
        assert (found.manifests, found.known) == ("audiences", True)

    def test_of_settings_that_cannot_be_read_nothing_is_known(self) -> None:
        write("aepctl.yaml", b"what: [is\n")
        found = reads_here({}, "dev", (), allow_outside=False)
        assert (found.manifests, found.known) == ("audiences", False)
        assert "state/dev.json" in found.named

    def test_what_is_outside_is_known_where_that_is_meant(self) -> None:
        write("aepctl.yaml", b"environments: {dev: {state: ../dev.json}}\n")
        assert not reads_here({}, None, (), allow_outside=False).known
        found = reads_here({}, None, (), allow_outside=True)
        assert found.known
        assert "../dev.json" in found.named

    def test_a_folder_that_is_gone_is_an_error(self, project: Path) -> None:
        project.rmdir()
        with pytest.raises(AepctlError, match="the current folder cannot be used"):
            reads_here({}, None, (), allow_outside=False)
