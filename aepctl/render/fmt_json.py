"""What `fmt` found as JSON. See fmt_documents for what it is."""

from collections.abc import Iterable, Sequence

from aepctl.errors import AepctlError
from aepctl.model.problem import Problem
from aepctl.render.documents import FORMAT
from aepctl.render.fmt_documents import FmtData, FmtFileData, Status
from aepctl.render.json import document, error_data, problem_data


def fmt_json(
    files: Iterable[str],
    same: int,
    broken: int,
    problems: Sequence[Problem],
    error: AepctlError | None,
    *,
    writes: bool,
) -> str:
    """`files` were not as they should be; with `writes` they are now."""
    status = Status.FORMATTED if writes else Status.NOT_FORMATTED
    named: list[FmtFileData] = [{"file": file, "status": status} for file in files]
    data: FmtData = {
        "format": FORMAT,
        "files": named,
        "problems": [problem_data(one) for one in problems],
        "summary": {"changed": len(named), "same": same, "broken": broken},
        "error": None if error is None else error_data(error),
    }
    return document(data)
