"""What can go wrong, as one tree. Each class owns the exit code it ends the program with.

AepctlError                 1   failed: a clear error, nothing half-recorded
├── InvalidInput            1   manifests or settings hold problems (all of them, with places)
├── StateError              1   the state or its journal cannot be used; it is left untouched
│   ├── StateUnreachable    1   it cannot be read now; asked again, it may be
│   └── StateNotWritten     1   what was to be written does not count
│       ├── Overtaken       1   somebody else has written it meanwhile
│       └── MaybeWritten    1   sent, and no answer that says whether it was written
├── CredentialsError        1   no token could be had
├── PlatformError           1   the platform does not answer a read
│   └── ListForbidden       3   these credentials may not list audiences
├── EmulatorError           1   the embedded platform cannot run
├── NoSuchTarget            1   a --target names no audience
├── SafetyRefusal           3   a person has to decide first
├── StateLocked             5   somebody else holds the state
├── UsageError             64   the command line is not one that aepctl knows
├── InternalError          70   a bug
└── Interrupted           130   somebody ended the run
"""

from collections.abc import Iterable

from aepctl.model.problem import Problem


class AepctlError(Exception):
    """Expected trouble: `message` says what happened, where and why; `hint` what to do next.

    `code` names the kind of trouble, for `aepctl explain` and for programs; it never changes. A
    class without one of its own stands for several kinds: whoever raises it names one.
    """

    exit_code: int = 1
    code: str = "failed"

    def __init__(self, message: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


MAX_PROBLEMS = 200
"""So many problems are shown; the others are counted."""


class InvalidInput(AepctlError):
    """Files that people write hold problems: here in the files' order, up to MAX_PROBLEMS.

    `more` is how many others there are. Those that hide others are always among the ones shown.
    `every` has all, and `sound` is what could be read all the same, for who looks for more.
    """

    code = "invalid-input"

    def __init__(self, problems: Iterable[Problem], *, sound: object = None) -> None:
        self.every = found = tuple(problems)
        self.sound = sound
        if len(found) > MAX_PROBLEMS:
            worst = sorted(found, key=lambda problem: (not problem.hides_others, problem.origin))
            found, self.more = tuple(worst[:MAX_PROBLEMS]), len(found) - MAX_PROBLEMS
        else:
            self.more = 0
        self.problems = tuple(sorted(found, key=lambda problem: problem.origin))
        super().__init__(problem_count(len(found), self.more))


def problem_count(shown: int, more: int = 0) -> str:
    """So many problems, in words."""
    words = "1 problem" if shown + more == 1 else f"{shown + more} problems"
    return f"{words}, of which {shown} are shown" if more else words


class StateError(AepctlError):
    """The state or its journal cannot be used. Neither was changed."""


class StateUnreachable(StateError):
    """The state cannot be read for a reason that may pass: nobody answers, or with trouble."""

    code = "state-unreachable"


class StateNotWritten(StateError):
    """The store could not make something durable, so it does not count. `reason` says why."""

    code = "state-not-written"

    def __init__(
        self, message: str, reason: str, *, hint: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.reason = reason


class Overtaken(StateNotWritten):
    """Not written: the document is not the expected one any more (or is there already)."""

    code = "state-written-meanwhile"


class MaybeWritten(StateNotWritten):
    """Sent, and no answer that says whether it was written. Reading tells."""

    code = "state-maybe-written"


class CredentialsError(AepctlError):
    """No access token could be had."""


class PlatformError(AepctlError):
    """The platform does not answer a read, however often it is asked."""


class ListForbidden(PlatformError):
    """These credentials may not list audiences: going on without is a person's decision.

    `may_ignore`: it is the list that they may not read, which an apply can do without.
    """

    exit_code = 3
    code = "list-forbidden"

    def __init__(self, message: str, *, hint: str | None = None, may_ignore: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.may_ignore = may_ignore


class EmulatorError(AepctlError):
    """The embedded platform cannot run."""


class NoSuchTarget(AepctlError):
    """A --target that names no audience."""

    code = "no-such-target"


class SafetyRefusal(AepctlError):
    """Going on needs a person's decision."""

    exit_code = 3


class StateLocked(AepctlError):
    """Another process holds the state."""

    exit_code = 5
    code = "state-locked"


class UsageError(AepctlError):
    """The command line is not one that aepctl knows."""

    exit_code = 64
    code = "usage"


class InternalError(AepctlError):
    """A bug in aepctl."""

    exit_code = 70
    code = "bug"


class Interrupted(AepctlError):
    """Somebody ended the run from outside."""

    exit_code = 130
    code = "interrupted"
