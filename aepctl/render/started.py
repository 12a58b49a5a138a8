"""What `init` made and left, and what to run next, as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aepctl.render.display import cells, display
from aepctl.wording import command

Ci = Literal["github", "gitlab"]
ABOUT = {
    "aepctl.yaml": "settings: `local`, on the embedded emulator; `prod`, which is to be filled in",
    "audiences/sample.yaml": "a manifest with one audience",
    "schemas/manifest.json": "how editors complete and check manifests",
    "schemas/aepctl.json": "likewise aepctl.yaml",
    ".gitignore": "what each machine has for itself",
    ".gitattributes": "states that are committed are merged by key",
    ".github/workflows/plan.yml": "a plan on each pull request",
    ".github/workflows/apply.yml": "after the merge, the plan that was reviewed",
    ".gitlab-ci.yml": "a plan on each merge request; after the merge, an apply by hand",
}
SECRETS = "AEP_CLIENT_ID and AEP_CLIENT_SECRET"
TO_DO: dict[Ci, tuple[str, ...]] = {
    "github": (
        "in both workflows, write where your aepctl is in place of your-org/aepctl@v1",
        f"make the variable AEP_PROD_ORG, and the environment prod with the secrets {SECRETS}",
    ),
    "gitlab": (
        "in .gitlab-ci.yml, write where your aepctl is in place of gitlab.example.com/your-org",
        f"make the variable AEP_PROD_ORG, and for the environment prod, masked, {SECRETS}",
        "let the job's token push: Settings > CI/CD > Job token permissions",
    ),
}


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was there already. `lacks` are lines that it would have."""

    file: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """What came of it. `sample`: a manifest was made, for there was none; `in_git`: in a clone."""

    made: tuple[str, ...]
    left: tuple[Left, ...]
    sample: bool
    in_git: bool
    ci: Ci | None = None


def started_text(started: Started, program: str) -> str:
    """All of it. `program` is how a command begins that runs in the new project."""
    return "".join(f"{line}\n" for line in _lines(started, program))


def _lines(started: Started, program: str) -> Iterator[str]:
    width = max(cells(name) for name in (*started.made, *(one.file for one in started.left)))
    yield "Made:"
    for file in started.made:
        yield f"  {file:<{width}}  {ABOUT[file]}"
    if started.left:
        yield "Exists, left as it is:"
    for left in started.left:
        yield display(f"  {left.file:<{width}}  {_advice(left)}").rstrip()
    if not started.sample:
        yield "There are manifests in audiences/ already, so no sample was made."
    yield "Next:"
    for words in ("validate", "plan", "apply"):
        yield f"  {display(command(program, words))}"
    if started.ci is not None:
        yield "Then, for the pipeline:"
        for number, said in enumerate(_pipeline(started, started.ci, program), 1):
            yield f"  {number}. {display(said)}"


def _advice(left: Left) -> str:
    if left.lacks:
        return f"you may want to add: {'  '.join(left.lacks)}"
    return "if it is not aepctl's: see docs/pull-requests.md" if left.file.endswith(".yml") else ""


def _pipeline(started: Started, ci: Ci, program: str) -> Iterator[str]:
    if not started.in_git:
        yield "make this folder a Git repository, whose remote `origin` is where it is reviewed"
    yield from TO_DO[ci]
    if started.sample:
        yield "put your own audiences in place of the sample, which is for `local` alone"
    init = command(program, "--env", "prod", "state", "init")
    yield f"make the state, and commit the `lineage:` line that it prints: `{init}`"
