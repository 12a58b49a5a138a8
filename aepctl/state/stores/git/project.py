"""The user's repository around a project: asked for its remote and its settings, never written.

What reaches and authenticates stands in Git's settings, those of the clone among them:
actions/checkout puts the token of a job there as `http.extraHeader`, or includes a file that has
it. They are read once and handed on in variables, so that no secret comes into a file or a list of
processes. Settings of the system and of the user are found by git itself.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.state.stores.git.address import GitAddress
from aepctl.state.stores.git.process import Answer, Bounds, run_git
from aepctl.state.stores.git.reasons import said

REMOTE = "aepctl"
"""What the repository is called in settings that only our own gits see."""
MIN_GIT = (2, 31)
_CARRIED = re.compile(
    r"(http|credential|url|ssh|protocol)\..*|core\.(sshcommand|askpass|gitproxy)", re.DOTALL
)
_OF_REMOTE = ("proxy", "proxyauthmethod", "uploadpack", "receivepack")

Settings = Sequence[tuple[str, str]]


class NoAccess(Exception):
    """The repository cannot be asked at all: `why`, and what to do."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Access:
    """How the repository is reached: `settings` (which may hold secrets), and from which folder."""

    folder: Path
    settings: tuple[tuple[str, str], ...] = field(repr=False)
    author: str
    committer: str
    remark: str | None = None
    """What was not heeded, for whoever is refused."""


def find_access(
    address: GitAddress, project: Path, environ: Mapping[str, str], bounds: Bounds
) -> Access:
    """Raises NoAccess, OSError."""
    check_version(run_git(["version"], environ=environ, folder=project, bounds=bounds))
    around = ["rev-parse", "--absolute-git-dir", "--is-bare-repository", "--show-cdup"]
    found = run_git(around, environ=environ, folder=project, bounds=bounds)
    folder, remark = _folder(found, project), None
    if folder is None and (address.is_remote or "dubious ownership" in found.told):
        trouble = _no_repository(address, project, found)
        if address.is_remote:
            raise trouble
        remark = trouble.why
    folder = folder or project

    def ask(*arguments: str) -> Answer:
        return run_git(arguments, environ=environ, folder=folder, bounds=bounds)

    listed = ask("config", "--list", "--includes", "-z")
    if not listed.fine:
        raise NoAccess(f"Git's settings cannot be read: {said(listed)}", "mend that file")
    settings = _parsed(listed.out)
    remote = _remote(address, folder, ask, settings)
    last = dict(settings)
    return Access(
        folder,
        (*_carried(settings), *remote),
        _person("author", last, environ),
        _person("committer", last, environ),
        remark,
    )


def check_version(answer: Answer) -> None:
    """Raise NoAccess for what `git version` said, if that git is too old."""
    found = re.search(rb"(\d+)\.(\d+)", answer.out)
    if not found or (int(found[1]), int(found[2])) < MIN_GIT:
        what = answer.out.decode(errors="replace").strip() or "no version"
        needed = ".".join(map(str, MIN_GIT))
        raise NoAccess(f"`git version` says {what}", f"install Git {needed} or newer")


def not_yet_there(settings: Settings, there: bytes) -> list[tuple[str, str]]:
    """Those that the private repository does not find by itself: twice said is twice sent."""
    found = Counter(_parsed(there))
    missing = []
    for setting in settings:
        if found[setting]:
            found[setting] -= 1
        else:
            missing.append(setting)
    return missing


def has_ssh_command(access: Access, environ: Mapping[str, str]) -> bool:
    """Whether the user says how ssh is to be called."""
    own = any(name == "core.sshcommand" for name, _ in access.settings)
    return own or bool(environ.get("GIT_SSH_COMMAND") or environ.get("GIT_SSH"))


def _folder(found: Answer, project: Path) -> Path | None:
    """The top of the repository's files, from where its settings and paths are meant."""
    if not found.fine:
        return None
    git_folder, bare, up = found.out.decode(errors="surrogateescape").split("\n")[:3]
    return Path(git_folder) if bare == "true" else project / up


def _no_repository(address: GitAddress, project: Path, found: Answer) -> NoAccess:
    if "dubious ownership" in found.told:
        line = re.search(r"git config --global --add safe\.directory .*", found.told)
        cure = line[0].strip() if line else f"git config --global --add safe.directory {project}"
        return NoAccess(
            "the repository around the project belongs to another user", f"run `{cure}`"
        )
    if "not a git repository" not in found.told:
        why = f"the repository around the project cannot be asked: {said(found) or 'no answer'}"
        return NoAccess(why, "`git status` there has to work")
    return NoAccess(
        f"{project} is in no Git repository, so it has no remote `{address.repository}`",
        "write the URL: `git:https://HOST/REPOSITORY.git`",
    )


def _remote(
    address: GitAddress, folder: Path, ask: Callable[..., Answer], settings: Settings
) -> Settings:
    """The settings of our remote. A URL that git resolved already is not rewritten once more."""
    name, url = f"remote.{REMOTE}", address.repository
    if not address.is_remote:
        return [(f"{name}.url", url)]
    got = ask("remote", "get-url", "--push", "--", url)
    if not got.fine:
        there = ask("remote").out.decode(errors="replace").split()
        known = "there are " + ", ".join(f"`{one}`" for one in there) if there else "there is none"
        raise NoAccess(
            f"the repository at {folder} has no remote `{url}`",
            f"{known}; `git remote add {url} URL` adds one, or write the URL into the address",
        )
    resolved = got.out.decode(errors="surrogateescape").split("\n")[0]
    rewrite = f"url.{resolved}"
    return [
        (f"{name}.url", resolved),
        (f"{rewrite}.insteadof", resolved),
        (f"{rewrite}.pushinsteadof", resolved),
        *((f"{name}.{key}", value) for key in _OF_REMOTE
          for found, value in settings if found == f"remote.{url}.{key}"),
    ]  # fmt: skip


def _carried(settings: Settings) -> Settings:
    return [(name, value) for name, value in settings if _CARRIED.fullmatch(name)]


def _parsed(listed: bytes) -> list[tuple[str, str]]:
    entries = listed.decode(errors="surrogateescape").split("\0")
    pairs = (entry.partition("\n") for entry in entries if entry)
    return [(name, value if separator else "true") for name, separator, value in pairs]


def _person(role: str, settings: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """`NAME <E-MAIL>` as git would find it, else aepctl's own: a pipeline's user has neither."""

    def found(what: str) -> str:
        own = environ.get(f"GIT_{role.upper()}_{what.upper()}")
        asked = (settings.get(f"{one}.{what}") for one in (role, "user"))
        said_there = own or next((value for value in asked if value), "")
        return re.sub(r"[<>\x00-\x1f]", "", said_there).strip()

    name, mail = found("name"), found("email") or environ.get("EMAIL", "")
    return f"{name} <{mail}>" if name and mail else "aepctl <aepctl@localhost>"
