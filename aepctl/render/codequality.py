"""Problems as a Code Quality report, which GitLab shows at their lines in a merge request."""

import json
import re
from collections import Counter
from hashlib import sha256
from posixpath import normpath

from aepctl.model.problem import Problem
from aepctl.render.display import COMMAND, display
from aepctl.render.view import View

PLACE = re.compile(r"\bline \d+|:\d+(:\d+)?")
"""Places within messages. They move with every edit above, so they are no part of a fingerprint."""


def render(view: View, *, root: str = "") -> str:
    """The problems as a JSON list, empty where there are none.

    `root` leads from the repository to where files start.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    issues = []
    for problem in view.problems:
        path = normpath(f"{root}/{problem.origin.file}" if root else problem.origin.file)
        same = (path, problem.rule, PLACE.sub("", problem.message))
        seen[same] += 1
        issues.append(_issue(problem, path, _fingerprint(*same, str(seen[same]))))
    lines = (COMMAND.sub(r"##\1\\u005b", json.dumps(issue)) for issue in issues)
    return "[" + ",".join(f"\n  {line}" for line in lines) + "\n]\n"


def _issue(problem: Problem, path: str, fingerprint: str) -> dict[str, object]:
    hint = f" ({problem.hint})" if problem.hint else ""
    return {
        "description": display(problem.message + hint),
        "check_name": f"aepctl/{display(problem.rule)}",
        "fingerprint": fingerprint,
        "severity": "critical" if problem.hides_others else "major",
        "location": {"path": path, "lines": {"begin": max(problem.origin.line, 1)}},
    }


def _fingerprint(*parts: str) -> str:
    """The same for the same problem, wherever in its file it stands."""
    return sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:40]
