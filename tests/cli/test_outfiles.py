"""`--write` and `--out`: never over what the project reads, opened first, replaced as a whole."""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import Project

from aepctl.emulator import Emulator

Start = Callable[..., Emulator]
APPLY = ["apply", "--auto-approve"]


@pytest.fixture
def there(project: Project, platform: Start) -> Project:
    """A project with a state, of which something is still to be created."""
    project.settle_on(platform(), state="state/bar.json")
    project.want("gold")
    project.apply()
    project.want("gold", "silver")
    return project


def contents(project: Project) -> dict[str, bytes]:
    """Every file of the project."""
    files = (one for one in project.root.rglob("*") if one.is_file())
    return {str(one.relative_to(project.root)): one.read_bytes() for one in files}


def refused(project: Project, *words: str) -> str:
    """Why a usage error was made of the words, for plan and for apply; nothing was changed."""
    before = contents(project)
    result = project.run(*words)
    assert (result.code, result.out) == (64, "")
    assert contents(project) == before
    return result.err


class TestWhatTheProjectReads:
    @pytest.mark.parametrize(
        ("words", "prefix", "path"),
        [
            (["plan", "--out"], "", "state/bar.json"),
            (["plan", "--out"], "", "./state/../state/bar.json"),
            (["plan", "--write"], "markdown:", "state/bar.journal"),
            (["plan", "--write"], "markdown:", "audiences/new.yml"),
            ([*APPLY, "--write"], "json:", "state/bar.lock"),
            ([*APPLY, "--write"], "json:", "aepctl.yaml"),
            ([*APPLY, "--write"], "json:", ".aepctl/emulator-prod.sqlite3"),
            (["validate", "--write"], "junit:", "audiences/all.yaml"),
            (["validate", "--write"], "junit:", "audiences/deep/new.YAML"),
            (["validate", "--write"], "junit:", "aepctl.yml"),
            (["validate", "--write"], "junit:", ".git/config"),
        ],
    )
    def test_is_no_place_for_output(
        self, there: Project, words: list[str], prefix: str, path: str
    ) -> None:
        assert "Choose another file" in refused(there, *words, prefix + path)
        assert "Choose another file" in refused(there, *words, prefix + str(there.root / path))

    @pytest.mark.parametrize("make", [os.symlink, os.link])
    @pytest.mark.parametrize("file", ["state/bar.json", "audiences/all.yaml", "aepctl.yaml"])
    def test_under_another_name_neither(
        self, there: Project, file: str, make: Callable[[Path, Path], None]
    ) -> None:
        make(there.root / file, there.root / "innocent.html")
        assert "Choose another file" in refused(there, "plan", "--write", "html:innocent.html")
        assert "Choose another file" in refused(there, "plan", "--out", "innocent.html")

    def test_through_a_linked_folder_neither(self, there: Project) -> None:
        (there.root / "out").symlink_to("state")
        assert "the state of `prod`" in refused(there, "plan", "--out", "out/bar.json")

    def test_nor_that_of_another_environment(self, there: Project) -> None:
        text = (there.root / "aepctl.yaml").read_text()
        there.write("aepctl.yaml", f"{text}  dev: {{org: X@AdobeOrg, sandbox: dev}}\n")
        said = refused(there, "--env", "prod", "plan", "--out", "state/dev.json")
        assert "the state of `dev`" in said

    def test_nor_a_state_that_the_settings_do_not_name(self, there: Project) -> None:
        (there.root / "state" / "bar.json").rename(there.root / "old.json")
        assert "it is a state" in refused(there, "plan", "--out", "old.json")

    def test_nor_what_it_would_read_if_its_settings_were_sound(self, there: Project) -> None:
        there.write("wanted/all.yaml", "audiences: {}\n")
        text = (there.root / "aepctl.yaml").read_text()
        there.write("aepctl.yaml", f"{text}manifests: wanted\nfault: x\n")
        for path in ("wanted/all.yaml", "state/bar.json"):
            assert "Choose another file" in refused(there, "validate", "--write", f"json:{path}")

    def test_nor_the_saved_plan_that_is_read(self, there: Project) -> None:
        there.run("plan", "--out", "plan.json")
        for words in (["apply", "plan.json"], ["plan", "--check", "plan.json"]):
            said = refused(there, *words, "--write", "json:./plan.json")
            assert "it is the saved plan that is read" in said

    def test_a_report_beside_them_is_welcome(self, there: Project) -> None:
        for path in ("state/report.json", "audiences/report.html", "aepctl.html", "bar.json"):
            assert there.run("plan", "--write", f"json:{path}").code == 0
            assert json.loads((there.root / path).read_text())["summary"]["create"] == 1


class TestOneFileTwice:
    @pytest.mark.parametrize(
        "words",
        [
            ["--write", "json:a", "--write", "html:a"],
            ["--write", "json:a", "--write", "json:a"],
            ["--write", "json:a", "--write", "html:./b/../a"],
            ["--out", "a", "--write", "html:a"],
            ["--out", "link", "--write", "html:a"],
            ["--write", "json:/dev/stderr", "--write", "html:/dev/fd/2"],
        ],
    )
    def test_is_a_usage_error(self, there: Project, words: list[str]) -> None:
        (there.root / "link").symlink_to("a")
        (there.root / "b").mkdir()
        said = refused(there, "plan", *words)
        assert "name one file" in said or "given twice" in said

    def test_github_twice_is_once(self, there: Project) -> None:
        there.setenv("GITHUB_OUTPUT", str(there.root / "outputs"))
        there.setenv("GITHUB_STEP_SUMMARY", str(there.root / "summary"))
        assert there.run("plan", "--github", "--write", "github:").code == 0
        assert (there.root / "outputs").read_text().count("plan_id") == 1


class TestBeforeTheWork:
    def test_an_empty_name_is_a_usage_error(self, there: Project) -> None:
        assert "the name of a file is empty" in refused(there, "plan", "--out", "")

    def test_a_link_to_itself_is_told_as_such(self, there: Project) -> None:
        (there.root / "loop").symlink_to("loop")
        for words in (["--out", "loop"], ["--write", "json:loop"]):
            result = there.run("plan", *words)
            assert (result.code, "Too many levels of symbolic links" in result.err) == (1, True)

    @pytest.mark.parametrize("path", ["no/where", "state", "all.yaml/x", "file/x", "x" * 300])
    def test_a_file_that_cannot_be_made_is_found_out(self, there: Project, path: str) -> None:
        there.write("file", "")
        before = contents(there)
        result = there.run(*APPLY, "--write", f"junit:{path}")
        assert result.code == 1
        assert f"--write junit:{path} cannot be written: " in result.err
        assert contents(there) == before
        result = there.run("plan", "--out", path)
        assert (result.code, "--out" in result.err) == (1, True)

    def test_so_is_a_folder_that_takes_none(self, there: Project) -> None:
        result = there.run(*APPLY, "--write", "json:/proc/report.json")
        assert (result.code, len(there.ids("bar"))) == (1, 1)


class TestHow:
    def test_a_regular_file_is_replaced_at_once_and_keeps_its_links(self, there: Project) -> None:
        there.write("real/report.json", "old")
        (there.root / "report.json").symlink_to("real/report.json")
        inode = (there.root / "real/report.json").stat().st_ino
        assert there.run("plan", "--write", "json:report.json").code == 0
        assert (there.root / "report.json").is_symlink()
        assert (there.root / "real/report.json").stat().st_ino != inode
        assert json.loads((there.root / "real/report.json").read_text())
        assert len(list((there.root / "real").iterdir())) == 1

    @pytest.mark.parametrize("words", [["--out", "pipe"], ["--write", "json:pipe"]])
    def test_a_fifo_is_written_in_place(self, there: Project, words: list[str]) -> None:
        os.mkfifo(there.root / "pipe")
        got: list[str] = []
        reader = threading.Thread(target=lambda: got.append((there.root / "pipe").read_text()))
        reader.start()
        assert there.run("plan", *words).code == 0
        reader.join()
        assert json.loads(got[0])["summary"]["create"] == 1
        assert stat.S_ISFIFO((there.root / "pipe").stat().st_mode)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
    @pytest.mark.parametrize("words", [["--out", "null"], ["--write", "json:null"]])
    def test_a_device_stays_one(self, there: Project, words: list[str]) -> None:
        """One of our own: what goes wrong here must not go wrong for the machine."""
        os.mknod(there.root / "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        assert there.run("plan", *words).code == 0
        assert stat.S_ISCHR((there.root / "null").stat().st_mode)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
    @pytest.mark.parametrize("words", [["--out", "full"], ["--write", "json:full"]])
    def test_a_device_that_takes_nothing_is_an_error(
        self, there: Project, words: list[str]
    ) -> None:
        os.mknod(there.root / "full", 0o600 | stat.S_IFCHR, os.makedev(1, 7))
        result = there.run("plan", *words)
        assert (result.code, "No space left on device" in result.err) == (1, True)

    @pytest.mark.parametrize(
        ("to", "path"),
        [
            ("a pipe", "/dev/stdout"),
            ("a file", "/dev/fd/1"),
            ("a pipe", "/proc/self/fd/1"),
            ("a file", "link"),
        ],
    )
    def test_standard_output_is_written_after_what_stands_there(
        self, there: Project, to: str, path: str
    ) -> None:
        (there.root / "link").symlink_to("/dev/stdout")
        words = [sys.executable, "-m", "aepctl", "plan", "--out", path]
        if to == "a pipe":
            out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        else:
            with (there.root / "out.txt").open("w") as file:
                subprocess.run(words, stdout=file, check=True)
            out = (there.root / "out.txt").read_text()
        at = out.index("{")
        saved, end = json.JSONDecoder().raw_decode(out, at)
        assert saved["summary"]["create"] == 1
        assert "1 to create" in out[:at] + out[end:]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
    def test_a_file_that_is_mounted_alone_is_written_in_place(self, there: Project) -> None:
        (there.root / "mounted").write_text("old")
        (there.root / "behind").write_text("old")
        mounted = ["mount", "--bind", "behind", "mounted"]
        if subprocess.run(mounted, check=False, capture_output=True).returncode:
            pytest.skip("mounting is not allowed here")
        try:
            assert there.run("plan", "--write", "json:mounted").code == 0
        finally:
            subprocess.run(["umount", "mounted"], check=True)
        assert json.loads((there.root / "behind").read_text())["summary"]["create"] == 1
