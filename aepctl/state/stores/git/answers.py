"""What a git says, and what that means for a write: the words are git's own, in English. Pure.

A write is in doubt as soon as its pack was begun, whatever the last words are: libcurl sends a
request again on a new connection when the old one dies without an answer, so "connection refused"
may follow a write that was committed.
"""

import re
from enum import Enum, auto

from aepctl.state.stores.git.objects import Hash
from aepctl.state.stores.git.process import MAX_TOLD, Answer
from aepctl.state.stores.git.reasons import Reason, cleaned, reason


class Pushed(Enum):
    """What became of a push.

    `STALE`: the branch was seen to be elsewhere, and nothing was sent. `MOVED`: the server says so;
    `REFUSED`: it says no. Both may be the answer to a request that libcurl sent twice.
    """

    DONE = auto()
    STALE = auto()
    MOVED = auto()
    REFUSED = auto()
    NOT_SENT = auto()
    IN_DOUBT = auto()


_NOT_FOUND = 2
_ROW = re.compile(r"^(?P<flag>[ +*=!-])\t[^\t]*:refs/heads/[^\t]*\t(?P<summary>.*)$", re.MULTILINE)
_SUMMARY = re.compile(r"\[(?P<kind>[^\]]*)\](?: \((?P<why>.*)\))?")
_PACK_BEGUN = (
    "Enumerating objects",
    "Counting objects",
    "Writing objects",
    "POST git-receive-pack",
)
_MOVED = (
    "stale info", "fetch first", "non-fast-forward", "already exists", "failed to update ref",
    "cannot lock ref", "failed to lock", "unable to create", "incorrect old value",
    "reference already exists", "but expected", "remote ref updated",
)  # fmt: skip
_TROUBLE = ("internal", "timed out", "timeout", "unavailable")
_REFUSED_WITHIN = re.compile(r"returned error: (401|403|404|405|413)|HTTP (401|403|404|405|413)\b")
_BUSY = "try again, or give each environment a branch of its own with `?branch=NAME`"
_RULES = (
    "let aepctl's credentials push to this branch: an exception in the branch protection, push "
    "rules or hooks of the server; or choose another with `?branch=NAME`"
)


def pushed(answer: Answer) -> tuple[Pushed, Reason]:
    """What became of a push with `--porcelain --progress` of one ref."""
    row = _ROW.search(answer.out.decode(errors="replace"))
    chatter = len(answer.told) >= MAX_TOLD // 4  # so many signs that what matters may be cut off
    begun = chatter or any(words in answer.told for words in _PACK_BEGUN)
    if row is not None:
        if row["flag"] != "!":
            return Pushed.DONE, Reason("")
        summary = _SUMMARY.search(row["summary"])
        kind, why = (summary["kind"], summary["why"] or "") if summary else ("", row["summary"])
        if "rejected" in kind:
            return _rejected(why, answer.told, sent="remote" in kind)
    if not begun:
        return Pushed.NOT_SENT, reason(answer)
    if row is None and answer.code is not None and _REFUSED_WITHIN.search(answer.told):
        return Pushed.REFUSED, reason(answer)
    return Pushed.IN_DOUBT, reason(answer)


def _rejected(why: str, told: str, *, sent: bool) -> tuple[Pushed, Reason]:
    if not sent or any(words in why.lower() for words in _MOVED):
        busy = Reason(f"others write to the branch all the time ({cleaned(why)})", _BUSY)
        return Pushed.MOVED if sent else Pushed.STALE, busy
    if any(words in why.lower() for words in _TROUBLE):
        return Pushed.IN_DOUBT, Reason(cleaned(f"the server is in trouble ({why})"))
    said = [line[8:].strip() for line in told.splitlines() if line.startswith("remote: ")]
    more = ": " + " ".join(line for line in said if line) if any(said) else ""
    return Pushed.REFUSED, Reason(cleaned(f"the server refuses the push ({why}){more}"), _RULES)


def no_such_branch(answer: Answer) -> bool:
    """Whether a fetch says that there is no such branch, which `absent` has to confirm."""
    words = r"^fatal: couldn't find remote ref"
    return not answer.fine and bool(re.search(words, answer.told, re.MULTILINE | re.IGNORECASE))


def absent(answer: Answer) -> bool:
    """Whether a Git server says so, to `ls-remote --exit-code` with a trace of its packets.

    A page to log in, or an empty one, looks like a server of the old kind without any branches.
    """
    spoken = re.search(r"^\S+ .*\bpacket: +[\w-]+< ", answer.told, re.MULTILINE)
    return answer.code == _NOT_FOUND and spoken is not None


def hash_of(answer: Answer) -> Hash | None:
    """The server's hash function, where it says so: as it must, if ours is another."""
    found = re.search(
        r"mismatched algorithms: client \w+; server (sha\w+)|< .*\bobject-format=(sha\w+)",
        answer.told,
    )
    names: dict[str, Hash] = {"sha1": "sha1", "sha256": "sha256"}
    return names.get(found[1] or found[2]) if found else None
