"""What a command says on standard error: lines for people, or one JSON object each (AEPCTL_LOG).

On a terminal what is passing (a wait, how far it is) stands on one line that is drawn anew.
"""

import os
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aepctl.cli.output import print_status, put
from aepctl.errors import AepctlError
from aepctl.log import LINE_SECONDS, Fact, Level, Log, Notice
from aepctl.model.problem import Problem

if TYPE_CHECKING:
    from aepctl.cli.invocation import Invocation

VARIABLE = "AEPCTL_LOG"
FORMS = ("text", "json")
DRAWN_SECONDS = 0.5
"""How often a line is drawn anew on a terminal."""
BAR = 24
ERASED = "\r\x1b[2K"


def is_json() -> bool:
    """Whether programs read what is said."""
    return os.environ.get(VARIABLE) == "json"


def check_form() -> None:
    """Raise AepctlError where AEPCTL_LOG asks for what there is not."""
    asked = os.environ.get(VARIABLE) or "text"
    if asked not in FORMS:
        raise AepctlError(
            f"{VARIABLE} is {asked!r}, and can be {' or '.join(FORMS)}",
            hint=f"`unset {VARIABLE}`, or set it to one of them",
            code="invalid-variable",
        )


def as_line(notice: Notice, at: datetime) -> str:
    """A notice as one line of JSON."""
    from aepctl.render.display import safe_json

    told = {
        "time": at.isoformat(timespec="milliseconds"),
        "level": notice.level.value,
        "event": notice.event,
        "message": notice.message,
        "fields": dict(notice.fields),
    }
    return safe_json(told)


class StatusLog(Log):
    """Standard error. How much is said is what the command line has asked for by then."""

    def __init__(self, invocation: "Invocation") -> None:
        self._invocation = invocation
        self._mutex = threading.RLock()
        self._drawn = False
        self.draws = not is_json() and _can_draw()
        self.every = DRAWN_SECONDS if self.draws else LINE_SECONDS

    @property
    def http(self) -> bool:
        return self._invocation.debug_http

    @property
    def detailed(self) -> bool:
        return self._invocation.verbose

    @property
    def has_bar(self) -> bool:
        """Whether progress has a line of its own: other lines would only tear it apart."""
        return self.draws and not self._invocation.quiet

    def tell(self, notice: Notice) -> None:
        self.tell_as(notice, None)

    def tell_as(self, notice: Notice, text: str | None) -> None:
        """Tell people `text`, which is fit for them as it is; None: the notice's own words."""
        if not self._is_shown(notice):
            return
        with self._mutex:
            if is_json():
                print_status(as_line(notice, datetime.now(UTC)))
                return
            said = self._text(notice) if text is None else text
            self.passed()
            if self.draws and notice.passing:
                put(sys.stderr, _fitting(_drawn(notice, said)))
                self._drawn = True
            else:
                print_status(said)

    def tell_problems(self, problems: Iterable[Problem]) -> None:
        """What is wrong with files: each for itself, or for people with its source line."""
        from aepctl.cli.paper import paper
        from aepctl.render.text import problems_text

        for one in problems:
            at = one.origin
            fields: dict[str, Fact] = {"file": at.file, "line": at.line or None}
            fields |= {"column": at.column or None, "rule": one.rule, "next": one.hint}
            notice = Notice(Level.ERROR, "problem", one.message, fields)
            self.tell_as(notice, problems_text((one,), paper(error=True)))

    def passed(self) -> None:
        with self._mutex:
            if self._drawn:
                self._drawn = False
                put(sys.stderr, ERASED)

    def _text(self, notice: Notice) -> str:
        from aepctl.cli.paper import paper
        from aepctl.render.display import display_lines
        from aepctl.render.told import error_text
        from aepctl.render.wrapping import wrapped

        code, hint = notice.fields.get("code"), notice.fields.get("next")
        paint = paper(error=True, plain=self._invocation.plain)
        if notice.level is Level.ERROR and code is not None:
            told = error_text(notice.message, str(code), str(hint) if hint else None, paint)
            return told.rstrip("\n")
        label = "warning: " if notice.level is Level.WARNING else ""
        said = f"{label}{display_lines(notice.message)}"
        return said if notice.passing else wrapped(said, paint, 2)

    def _is_shown(self, notice: Notice) -> bool:
        if notice.level is Level.ERROR or notice.event == "http":
            return True
        if self._invocation.quiet:
            return False
        return self._invocation.verbose or notice.level is not Level.DETAIL


def _can_draw() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def _drawn(notice: Notice, text: str) -> str:
    """On a terminal how far it is shows as a bar, too."""
    done, total = notice.fields.get("done"), notice.fields.get("total")
    if not isinstance(done, int) or not isinstance(total, int) or total <= 0:
        return text
    full = min(done * BAR // total, BAR)
    return f"[{'#' * full}{'-' * (BAR - full)}] {text}"


def _fitting(text: str) -> str:
    """On one line of the terminal: what is longer could not be erased."""
    import shutil

    width = max(shutil.get_terminal_size().columns - 1, 1)
    return text.replace("\n", " ")[:width]
