"""Bare repositories, projects in clones and stores that they open, in a folder of a test."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.state.stores.git import GitDocuments, Limits, open_git

FAKE_SSH = f"'{sys.executable}' -I '{Path(__file__).with_name('fake_ssh.py')}'"


@dataclass
class GitWorld:
    """`project` is where aepctl runs; nobody has settings but those that a test makes."""

    root: Path
    project: Path = field(init=False)
    origin: Path = field(init=False)
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.project, self.origin = self.root / "project", self.root / "origin.git"
        self.environ = {
            "PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_SSH_COMMAND": FAKE_SSH, "GIT_SSH_VARIANT": "ssh",
        }  # fmt: skip
        (self.root / "home").mkdir()
        self.project.mkdir()
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))

    @property
    def url(self) -> str:
        return f"git:file://{self.origin}"

    def git(self, *words: str, cwd: Path | None = None) -> str:
        """Run one as a person would, who has a name."""
        person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", *person, *words], cwd=cwd or self.root, env=self.environ, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def clone(self, *, remote: str = "origin") -> None:
        """The project becomes a repository with one commit, which the remote has too."""
        self.git("init", "--quiet", "--initial-branch=main", cwd=self.project)
        (self.project / "README").write_text("manifests\n")
        self.git("add", ".", cwd=self.project)
        self.git("commit", "--quiet", "-m", "first", cwd=self.project)
        self.git("remote", "add", remote, f"file://{self.origin}", cwd=self.project)
        self.git("push", "--quiet", remote, "main", cwd=self.project)

    def open(
        self, address: str | None = None, *, at: Path | None = None, path: str = "prod.json",
        limits: Limits | None = None, **environ: str,
    ) -> GitDocuments:  # fmt: skip
        """A store as another process would open it, with these variables besides."""
        project = at or self.project
        return open_git(
            address or self.url, {**self.environ, **environ}, default_path=path,
            folder=project / ".aepctl/git", project=project, limits=limits or Limits(),
        )  # fmt: skip

    def log(self, form: str = "%s", branch: str = "aepctl-state") -> list[str]:
        return self.git("log", f"--format={form}", branch, cwd=self.origin).splitlines()

    def files(self, branch: str = "aepctl-state") -> dict[str, str]:
        names = self.git("ls-tree", "-r", "--name-only", branch, cwd=self.origin).splitlines()
        return {name: self.git("show", f"{branch}:{name}", cwd=self.origin) for name in names}
