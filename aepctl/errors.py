"""What can go wrong, as one tree. Each class owns the exit code it ends the program with.

AepctlError                 1   failed: a clear error, nothing half-recorded
├── InvalidInput            1   manifests or settings hold problems (all of them, with places)
├── StateError              1   the state or its journal cannot be used; it is left untouched
├── CredentialsError        1   no token could be had
├── PlatformError           1   the platform does not answer a read
│   └── ListForbidden       3   these credentials may not list audiences
├── EmulatorError           1   the embedded platform cannot run
├── NoSuchTarget            1   a --target names no audience
├── SafetyRefusal           3   a person has to decide first
└── StateLocked             5   somebody else holds the state
"""


class AepctlError(Exception):
    """Expected trouble: `what` happened (and where and why), and what to do `next`."""

    exit_code: int = 1

    def __init__(self, what: str, *, next: str | None = None) -> None:  # noqa: A002
        super().__init__(what)
        self.what = what
        self.next = next


class StateError(AepctlError):
    """The state file or its journal cannot be used. Neither was changed."""


class CredentialsError(AepctlError):
    """No access token could be had."""


class PlatformError(AepctlError):
    """The platform does not answer a read, however often it is asked."""


class ListForbidden(PlatformError):
    """These credentials may not list audiences: going on without is a person's decision."""

    exit_code = 3


class EmulatorError(AepctlError):
    """The embedded platform cannot run."""


class SafetyRefusal(AepctlError):
    """Going on needs a person's decision."""

    exit_code = 3


class StateLocked(AepctlError):
    """Another process holds the state."""

    exit_code = 5
