"""Files that commands read: never awaited, never endless, never outside, never passed over."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import ORG, Project

from aepctl.emulator import Emulator

Start = Callable[..., Emulator]
SECRET = "swordfish-of-somebody-else"


@pytest.fixture
def offline(project: Project) -> Project:
    """A project that needs no platform to be planned."""
    project.write(
        "aepctl.yaml", f"environments:\n  prod: {{org: {ORG}, sandbox: prod, endpoint: emulator}}\n"
    )
    project.want("gold")
    return project


def no_file(path: Path, kind: str) -> None:
    """In the place of `path`, something that must not be read."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.unlink(missing_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                here = Path.cwd()
                os.chdir(path.parent)  # a socket's name must be short
                listener.bind(path.name)
                os.chdir(here)
        case "huge":
            with path.open("wb") as file:
                file.truncate(2**40)
        case _:
            path.symlink_to(kind)


KINDS = ["/dev/zero", "/dev/tty", "fifo", "folder", "socket", "huge"]
READ = {
    "aepctl.yaml": ["plan"],
    "state/prod.json": ["plan"],
    "state/prod.journal": ["plan"],
    "audiences/all.yaml": ["validate"],
    "plan.json": ["apply", "plan.json"],
    "saved.json": ["plan", "--check", "saved.json"],
    "log.txt": ["state", "recover", "log.txt"],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", READ)
def test_what_is_no_file_of_bounded_size_is_refused_at_once(
    offline: Project, file: str, kind: str
) -> None:
    if (file, kind) == ("audiences/all.yaml", "folder"):
        pytest.skip("a folder may be called so")
    no_file(offline.root / file, kind)
    result = offline.run(*READ[file])
    assert result.code == 1
    assert file in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("file", READ)
def test_a_link_to_itself_is_told_as_such(offline: Project, file: str) -> None:
    no_file(offline.root / file, Path(file).name)
    result = offline.run(*READ[file])
    assert (result.code, file in result.err) == (1, True)


@pytest.mark.parametrize("command", ["plan", "validate", "apply"])
def test_allowed_to_lead_outside_it_is_still_no_device(offline: Project, command: str) -> None:
    no_file(offline.root / "aepctl.yaml", "/dev/zero")
    result = offline.run("--allow-outside", command)
    assert (result.code, "cannot be read: not a regular file" in result.err) == (1, True)


def test_standard_input_may_be_a_pipe(offline: Project) -> None:
    no_file(offline.root / "log.txt", "fifo")
    assert "`-` reads standard input" in offline.run("state", "recover", "log.txt").err


def test_a_log_in_utf_16_is_told_by_its_name(offline: Project) -> None:
    (offline.root / "log.txt").write_bytes("what apply printed".encode("utf-16"))
    result = offline.run("state", "recover", "log.txt")
    assert (result.code, "log.txt: it is in UTF-16; save it as UTF-8" in result.err) == (1, True)


class TestOutside:
    """A pull request changes what aepctl.yaml says and where links lead, and nothing else."""

    @pytest.fixture
    def inner(self, offline: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
        """The project is in a folder of its own; beside it lies what is nobody's business."""
        root = offline.root / "inner"
        root.mkdir()
        for name in ("aepctl.yaml", "audiences"):
            (offline.root / name).rename(root / name)
        beside = offline.root / "beside"
        (beside / "audiences").mkdir(parents=True)
        (beside / "secret.yaml").write_text(f"token: &a {SECRET}\n{SECRET}: *b\n")
        (beside / "audiences" / "all.yaml").write_text(f"{SECRET}: {SECRET}\n")
        (beside / "state.json").write_text(f'{{"{SECRET}": 1')
        monkeypatch.chdir(root)
        return Project(root, monkeypatch, offline._capsys)

    @staticmethod
    def settings(project: Project, manifests: str = "audiences", state: str = "s.json") -> None:
        project.write(
            "aepctl.yaml",
            f"manifests: {manifests}\nenvironments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n"
            f"    endpoint: emulator\n    state: {state}\n",
        )

    @pytest.mark.parametrize(
        "path", ["../beside", "../beside/audiences", "audiences/../../beside", "{root}", "link/sub"]
    )
    def test_manifests_stay_below_the_settings(self, inner: Project, path: str) -> None:
        (inner.root / "link").symlink_to("../beside")
        self.settings(inner, manifests=path.format(root=inner.root.parent / "beside"))
        for command in ("validate", "plan", "apply"):
            result = inner.run(command)
            assert result.code == 1
            assert "aepctl.yaml:1:12: " in result.err
            assert "leads out of the folder of aepctl.yaml" in result.err
            assert "--allow-outside" in result.err
            assert SECRET not in result.err + result.out

    def test_so_does_a_folder_that_goes_without_saying(self, inner: Project) -> None:
        (inner.root / "audiences").rename(inner.root / "elsewhere")
        (inner.root / "audiences").symlink_to("../beside/audiences")
        result = inner.run("validate", "-o", "json")
        assert (result.code, result.json["problems"][0]["file"]) == (1, "audiences")
        (inner.root / "aepctl.yaml").unlink()
        assert inner.run("validate").code == 1
        assert SECRET not in result.err + result.out

    @pytest.mark.parametrize(
        "path", ["../x.json", "../beside/state.json", "{root}/x.json", "in/../../x.json"]
    )
    def test_state_stays_below_the_settings(self, inner: Project, path: str) -> None:
        self.settings(inner, state=path.format(root=inner.root.parent))
        before = sorted(inner.root.parent.rglob("*"))
        for words in (["plan"], ["apply", "--auto-approve"], ["state", "intents"], ["validate"]):
            result = inner.run(*words)
            assert result.code == 1
            assert "aepctl.yaml:7:12: " in result.err
            assert SECRET not in result.err + result.out
        assert sorted(inner.root.parent.rglob("*")) == before

    @pytest.mark.parametrize("name", ["prod.json", "prod.journal", "prod.lock"])
    def test_no_file_of_a_state_is_a_link_out(self, inner: Project, name: str) -> None:
        (inner.root / "state").mkdir()
        (inner.root / "state" / name).symlink_to("../../beside/state.json")
        result = inner.run("plan")
        assert (result.code, "leads out of the folder" in result.err) == (1, True)
        assert SECRET not in result.err + result.out

    @pytest.mark.parametrize("name", ["state", ".aepctl"])
    def test_no_folder_of_ours_is_one_either(self, inner: Project, name: str) -> None:
        (inner.root / name).symlink_to("../beside")
        before = sorted(inner.root.parent.rglob("*"))
        result = inner.run("apply", "--auto-approve")
        assert (result.code, "leads out of the folder" in result.err) == (1, True)
        assert sorted(inner.root.parent.rglob("*")) == before

    def test_without_settings_the_same_holds(self, inner: Project) -> None:
        (inner.root / "aepctl.yaml").unlink()
        inner.setenv("AEP_ORG_ID", ORG)
        inner.setenv("AEP_SANDBOX", "prod")
        (inner.root / "state").symlink_to("../beside")
        result = inner.run("plan")
        assert result.code == 1
        assert "state/default.json leads out of the folder of aepctl.yaml" in result.err

    @pytest.mark.parametrize("target", ["../beside/secret.yaml", "notes.txt", ".git/config"])
    def test_the_settings_are_no_link_to_something_else(self, inner: Project, target: str) -> None:
        inner.write(".git/config", f"{SECRET}: *{SECRET}\n")
        inner.write("notes.txt", f"{SECRET}: *{SECRET}\n")
        (inner.root / "aepctl.yaml").unlink()
        (inner.root / "aepctl.yaml").symlink_to(target)
        for output in ("text", "json", "markdown", "html"):
            result = inner.run("validate", "-o", output)
            assert result.code == 1
            assert "a symbolic link" in result.err + result.out
            assert SECRET not in result.err + result.out

    @pytest.mark.parametrize("folder", ["real", "..data"])
    def test_a_link_within_the_folder_is_read(self, inner: Project, folder: str) -> None:
        """The second is how Kubernetes mounts a ConfigMap."""
        (inner.root / folder).mkdir()
        (inner.root / "aepctl.yaml").rename(inner.root / folder / "settings.yaml")
        (inner.root / "aepctl.yaml").symlink_to(f"{folder}/settings.yaml")
        (inner.root / "audiences").rename(inner.root / folder / "wanted")
        (inner.root / "audiences").symlink_to(f"{folder}/wanted")
        assert inner.run("validate").code == 0

    def test_whoever_means_it_says_so_and_is_told_commands_that_say_so(
        self, inner: Project
    ) -> None:
        (inner.root.parent / "beside" / "audiences" / "all.yaml").write_text(
            "defaults: {namespace: agora, originName: Tests}\naudiences: {a: {name: A}}\n"
        )
        self.settings(inner, manifests="../beside/audiences", state="../beside/new.json")
        assert inner.run("validate", "--allow-outside").code == 0
        assert inner.run("--allow-outside", "apply", "--auto-approve").code == 0
        assert (inner.root.parent / "beside" / "new.json").exists()
        refused = inner.run("--allow-outside", "state", "resolve", "x", "--abandon")
        assert "`aepctl --allow-outside state intents`" in refused.err

    def test_chdir_names_the_folder_that_counts(
        self, inner: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(inner.root.parent / "beside")
        assert inner.run("--chdir", "../inner", "validate").code == 0


def test_a_folder_that_is_gone_is_told_as_such(
    offline: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for words in (["plan"], ["validate"], ["plan", "--out", "x"], ["doctor"]):
        result = offline.run(*words)
        told = result.out + result.err
        assert (result.code, "the current folder cannot be used" in told) == (1, True)


class TestNames:
    """What is not read as it is meant is told by its name."""

    @pytest.mark.parametrize(
        "name", ["aepctl.yml", ".aepctl.yaml", "Aepctl.yaml", "aepctl.YAML", "aepctl.json"]
    )
    def test_settings_under_another_name(self, offline: Project, name: str) -> None:
        (offline.root / "aepctl.yaml").rename(offline.root / name)
        for command in ("validate", "plan"):
            result = offline.run(command)
            assert result.code == 1
            assert f"{name}: is not read" in result.err
            assert "rename it to aepctl.yaml" in result.err

    def test_both_names(self, offline: Project) -> None:
        offline.write("aepctl.yml", "")
        result = offline.run("plan")
        assert (result.code, "remove one of the two" in result.err) == (1, True)

    @pytest.mark.parametrize("path", ["~", "~/x", "~me/x", "$HOME/x", "x/$ENV/y"])
    def test_paths_in_settings_that_no_shell_has_seen(self, offline: Project, path: str) -> None:
        text = (offline.root / "aepctl.yaml").read_text()
        offline.write("aepctl.yaml", f"{text}manifests: '{path}'\n")
        result = offline.run("validate")
        assert (result.code, "aepctl.yaml:3:12: " in result.err) == (1, True)
        assert "is not replaced here: write " in result.err
        offline.write("aepctl.yaml", text.replace("{org", f"{{state: '{path}.json', org"))
        result = offline.run("plan")
        assert (result.code, "is not replaced here" in result.err) == (1, True)
        assert {one.name for one in offline.root.iterdir()} == {"aepctl.yaml", "audiences"}

    @pytest.mark.parametrize(
        "words",
        [
            ["plan", "--out", "~/plan.json"],
            ["plan", "--write", "html:~/plan.html"],
            ["plan", "--write", "html:${HOME}/plan.html"],
            ["plan", "--check", "~/plan.json"],
            ["apply", "$HOME/plan.json"],
            ["--chdir", "~/x", "plan"],
        ],
    )
    def test_paths_of_options_that_no_shell_has_seen(
        self, offline: Project, words: list[str]
    ) -> None:
        result = offline.run(*words)
        assert result.code == 64
        assert "is not replaced here: write the path itself" in result.err

    def test_a_folder_that_is_really_called_so(self, offline: Project) -> None:
        (offline.root / "~").mkdir()
        assert offline.run("plan", "--out", "./~/plan.json").code == 0
        assert (offline.root / "~" / "plan.json").exists()
