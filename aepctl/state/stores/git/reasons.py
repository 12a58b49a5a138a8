"""Why a git that talked to a server failed, and what to do, by git's English words. Pure."""

import re
from dataclasses import dataclass

from aepctl.state.stores.documents import STORE_ACCESS
from aepctl.state.stores.git.process import Answer

_MAX_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Reason:
    """For people. `known` where the words were recognised; `passing`: not for long, perhaps."""

    why: str
    hint: str | None = None
    known: bool = True
    passing: bool = False

    @property
    def code(self) -> str | None:
        """What to look up, where it is about credentials."""
        return STORE_ACCESS if self.hint in {_ACCESS, _SEEN} else None


_ACCESS = (
    "check that the credentials of this job may write to the repository: a token needs "
    "`contents: write` (GitHub), or `write_repository` and the role Developer (GitLab)"
)
_REACH = "check the address, the network and the proxy; `git ls-remote` of it has to work here"
_NO_SERVER = "what answers there is no Git server"
_SEEN = (
    "check the address, and that the credentials of this job may see it: a private repository is "
    "called missing to whoever may not"
)
# The first that is found counts: what is special comes before what is general.
_REASONS = {
    r"dubious ownership": (
        "git does not trust the repository, which another user owns",
        "run `git config --global --add safe.directory FOLDER` with the folder that git names",
    ),
    r"host key verification failed|remote host identification has changed": (
        "the server's SSH host key is not the one that is known here",
        "put it into ~/.ssh/known_hosts, such as with `ssh-keyscan HOST`, and compare it",
    ),
    r"could not read (username|password)|terminal prompts disabled": (
        "the server wants credentials, and there are none",
        _ACCESS,
    ),
    r"authentication failed|invalid (credentials|username|password)"
    r"|returned error: 401|HTTP 401": ("the server does not take the credentials", _ACCESS),
    r"permission denied \(|permission to .* denied|returned error: 403|HTTP 403|access denied"
    r"|write access to repository not granted|not allowed to (push|upload|download)": (
        "these credentials may not do that",
        _ACCESS,
    ),
    r"permission denied|insufficient permission|read-only file system": (
        "this user may not write to the repository's folder",
        "give this user the right to write there",
    ),
    r"could not resolve host|name or service not known|failure in name resolution": (
        "its host is not known",
        _REACH,
    ),
    r"failed to connect|couldn't connect|connection refused|connection timed out"
    r"|network is unreachable|no route to host": ("nobody answers there", _REACH),
    r"certificate|\bSSL\b|\bTLS\b|GnuTLS": (
        "there is no secure connection to it",
        "where the server has a certificate of your own, name it in `http.sslCAInfo`",
    ),
    r"returned error: 404|HTTP 404|does not appear to be a git repository|no such file or directory"
    r"|repository not found|repository '[^']*' (not found|does not exist)"
    r"|project you were looking for": (
        "there is no such repository, or these credentials may not see it",
        _SEEN,
    ),
    r"returned error: 413|HTTP 413": (
        "the server takes no push of that size",
        "raise its limit for the size of a request",
    ),
    r"returned error: 429|HTTP 429|rate limit": (
        "the server asks to be left alone for a while",
        "wait a minute; GitHub asks for at most 6 pushes a minute and repository",
    ),
    r"returned error: 5\d\d|HTTP 5\d\d": ("the server is in trouble", "try again later"),
    r"no space left on device|disk quota": (
        "a disk is full",
        "make room, here or on the server",
    ),
    r"not valid: is this a git repository|invalid (server )?response|bad line length"
    r"|protocol error|unable to update url base|redirects followed": (_NO_SERVER, _REACH),
}
_PASSING = re.compile(
    r"could not resolve host|failure in name resolution|failed to connect|couldn't connect"
    r"|connection (refused|reset|closed)|returned error: (5\d\d|429)|HTTP (5\d\d|429)"
    r"|hung up|early eof|RPC failed|unexpected disconnect|empty reply|bad line length",
    re.IGNORECASE,
)
_USUAL = re.compile(
    r"could not read from remote repository|failed to push some refs|correct access rights"
    r"|repository exists|objects: +\d|^Total \d|compression using|^warning: core.fsyncObjectFiles",
    re.IGNORECASE,
)
_URL_USER = re.compile(r"(?<=://)[^/\s]*@")
_PROXY = re.compile(r"(?<=proxy syntax in ').*")
"""What curl repeats of a proxy's URL that it cannot read: perhaps half of a password."""


def reason(answer: Answer) -> Reason:
    """What to tell of an answer that is not fine."""
    if answer.code is None:
        return Reason("it does not answer in time", "try again; `git ls-remote` of it has to work")
    words, passes = said(answer), _PASSING.search(answer.told) is not None
    for pattern, (why, hint) in _REASONS.items():
        if re.search(pattern, answer.told, re.IGNORECASE):
            return Reason(f"{why} ({words})" if words else why, hint, passing=passes)
    return Reason(words or f"git ended with {answer.code}", None, known=False, passing=passes)


def unfounded(answer: Answer) -> Reason:
    """What to tell where a branch is said to be missing, but not by a Git server."""
    found = reason(answer)
    return found if answer.code is None or found.known else Reason(_NO_SERVER, _REACH)


def said(answer: Answer) -> str:
    """The lines of a git that tell of trouble, short, without credentials and control signs."""
    lines = [line.strip() for line in answer.told.replace("\r", "\n").splitlines()]
    lines = [line for line in lines if line and not _USUAL.search(line)]
    telling = [line for line in lines if line.startswith(("fatal: ", "error: ", "remote: "))]
    return cleaned("; ".join(dict.fromkeys((telling or lines)[:4])))  # ssh has words of its own


def cleaned(text: str) -> str:
    """Text of others, for a message: no credentials of a URL, nothing that a terminal obeys."""
    text = _PROXY.sub("…'", _URL_USER.sub("", text))
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:_MAX_SHOWN]
