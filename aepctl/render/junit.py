"""Everything as JUnit XML: a test case for each thing that is told.

Only what the JUnit 10 schema of Jenkins' xUnit plugin knows, which GitLab reads as well: Jenkins
refuses the whole file for an attribute too many.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aepctl.model.problem import Problem
from aepctl.render.escape import xml
from aepctl.render.view import Row, View
from aepctl.render.words import word
from aepctl.wording import coded


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. `kind` is the element that says why it did not pass, if any."""

    group: str
    name: str
    kind: str = ""
    reason: str = ""
    text: str = ""


def render(view: View) -> str:
    """The document. What has no known outcome is an error, what needs a person a failure.

    A suite of its own for each environment.
    """
    title = _title(view, view.place)
    if not view.parts:
        return _document(title, [(title, [*_cases(view)])])
    return _document(title, [(_title(one, one.environment), [*_named(one)]) for one in view.parts])


def _title(view: View, place: str | None) -> str:
    return " ".join(part for part in ("aepctl", view.command, place) if part)


def _named(view: View) -> Iterator[Case]:
    """The cases of one of several environments: two of one name are one to who reads this."""
    for case in _cases(view):
        yield replace(case, group=f"{view.environment}: {case.group}")


def _cases(view: View) -> Iterator[Case]:
    """One for each row or problem, or for the failure; else one that passed."""
    if view.problems:
        yield from (_problem(*one) for one in enumerate(view.problems, 1))
        if view.more:
            yield Case("aepctl", "more problems", "failure", view.title)
    elif view.failed is not None:
        failed = view.failed
        said = coded(failed.message, failed.code)
        yield Case("aepctl", "aepctl ran", "error", said, failed.hint or "")
    elif view.totals is None:
        yield Case("manifests", "no problems")
    else:
        yield from (_row(row) for row in view.rows)


def _problem(number: int, problem: Problem) -> Case:
    origin = problem.origin
    return Case(
        origin.file,
        f"{problem.rule} ({origin.line}:{origin.column}) #{number}",
        "failure",
        problem.message,
        problem.hint or "",
    )


def _row(row: Row) -> Case:
    how = word(row.status)
    group = row.file or "no manifest"
    if how.junit:
        return Case(group, row.key, how.junit, row.note or how.hint, how.hint)
    told = (how.counted, row.name, row.audience_id, row.came, row.note)
    return Case(group, row.key, text=": ".join(one for one in told if one))


def _document(title: str, suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    head = _head(title, [case for _, cases in suites for case in cases])
    body = "".join(_suite(name, cases) for name, cases in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {head}>\n{body}</testsuites>\n'


def _head(title: str, cases: Sequence[Case]) -> str:
    kinds = [case.kind for case in cases]
    return (
        f'name="{xml(title)}" tests="{len(cases)}" failures="{kinds.count("failure")}" '
        f'errors="{kinds.count("error")}" time="0"'
    )


def _suite(title: str, cases: Sequence[Case]) -> str:
    skipped = sum(case.kind == "skipped" for case in cases)
    body = "".join(map(_case, cases))
    return f'<testsuite {_head(title, cases)} skipped="{skipped}">\n{body}</testsuite>\n'


def _case(case: Case) -> str:
    open_tag = f'<testcase classname="{xml(case.group)}" name="{xml(case.name)}" time="0"'
    if not case.kind and not case.text:
        return f"{open_tag}/>\n"
    if not case.kind:
        return f"{open_tag}><system-out>{xml(case.text)}</system-out></testcase>\n"
    reason = f'<{case.kind} message="{xml(case.reason)}">{xml(case.text)}</{case.kind}>'
    return f"{open_tag}>{reason}</testcase>\n"
