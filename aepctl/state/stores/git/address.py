"""`git:` addresses: which repository, which branch, which file on it. Pure."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn
from urllib.parse import parse_qsl, urlsplit

from aepctl.errors import AepctlError

BRANCH = "aepctl-state"
_OPTIONS = ("branch", "path")
_REMOTE = re.compile(r"[A-Za-z0-9_][\w.-]*(/[\w.-]+)*", re.ASCII)
_SSH_PATH = re.compile(r"([\w.+][\w.+-]*@)?(\w[\w.-]*|\[[0-9a-fA-F:.]+\]):(?!//|:|-).+", re.ASCII)
_IN_NO_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-/.]|[/.]$|^@$")
_IN_NO_PATH = re.compile(r'[\x00-\x1f\x7f"\\]')
_GRAMMAR = (
    "write `git:origin`, `git:https://HOST/REPOSITORY.git`, `git:ssh://git@HOST/REPOSITORY.git`, "
    "`git:git@HOST:REPOSITORY.git` or `git:file:///FOLDER.git`, and after it, where wanted, "
    f"`?branch={BRANCH}&path=prod.json`"
)


@dataclass(frozen=True, slots=True)
class GitAddress:
    """`repository` is the name of a remote where `is_remote`, else a URL. It holds no secret."""

    repository: str
    is_remote: bool
    branch: str
    path: str

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def __str__(self) -> str:
        return f"git:{self.repository} (branch {self.branch}, {self.path})"


def parse_address(address: str, default_path: str) -> GitAddress:
    """Raises AepctlError, which never shows what may be a credential."""
    repository, _, query = address.removeprefix("git:").partition("?")
    options = _options(query)
    _check_no_secret(repository)
    if "#" in address:
        _refuse(f"git:{repository}", "`#` has no meaning in it", "write `%23` for one in a name")
    branch = options.get("branch", BRANCH)
    path = options.get("path", default_path)
    if _IN_NO_REF.search(branch) or not branch:
        _refuse(f"git:{repository}", f"`{branch}` is no name of a branch", _GRAMMAR)
    segments = path.split("/")
    if _IN_NO_PATH.search(path) or {"", ".", "..", ".git"} & {part.lower() for part in segments}:
        why = f"`{path}` is no path of a file on a branch"
        _refuse(f"git:{repository}", why, "write it from the top, such as `path=prod.json`")
    return GitAddress(repository, _is_remote(repository), branch, path)


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS:
            near = get_close_matches(name, _OPTIONS, 1)
            hint = f"did you mean `{near[0]}`?" if near else "there are `branch` and `path`"
            _refuse("git:…", f"`{name}` is no option of it", hint)
        if name in found:
            _refuse("git:…", f"`{name}` stands in it twice", "leave one of them")
        found[name] = value
    return found


def _check_no_secret(repository: str) -> None:
    """A user of ssh is none; of a web address it may be a token, which is why none is taken."""
    scheme, separator, rest = repository.partition("://")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if not separator or not at or (scheme == "ssh" and ":" not in user):
        return
    raise AepctlError(
        f"git:{scheme}://…: a user or a password may not stand in an address",
        hint="leave it out; git asks its credential helpers, such as `git config --global "
        "credential.helper store`, and heeds `http.extraHeader`",
        code="secret-in-address",
    )


def _is_remote(repository: str) -> bool:
    if _REMOTE.fullmatch(repository):
        return True
    scheme, separator, _ = repository.partition("://")
    if not separator:
        if not _SSH_PATH.fullmatch(repository):
            _refuse("git:…", f"`{repository}` is neither a remote nor a URL", _GRAMMAR)
        return False
    try:
        url = urlsplit(repository)
        host = url.hostname or ""
        usable = url.port is None or url.port > 0
    except ValueError:
        host, usable = "", False
    local = scheme == "file"
    if scheme not in {"https", "http", "ssh", "file"} or not usable:
        _refuse("git:…", f"`{repository}` is no URL that is taken", _GRAMMAR)
    if local != (not host) or host.startswith("-") or not url.path.strip("/"):
        why = f"`{repository}` names no " + ("folder of this machine" if local else "repository")
        _refuse("git:…", why, _GRAMMAR)
    if scheme == "http" and host not in {"localhost", "127.0.0.1", "::1"}:
        why = f"`{repository}` would send credentials in the clear"
        _refuse("git:…", why, "write https: only this machine is asked without")
    return False


def _refuse(what: str, why: str, hint: str) -> NoReturn:
    raise AepctlError(f"the address of the state ({what}): {why}", hint=hint, code="state-address")
