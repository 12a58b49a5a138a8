"""The action and the pages of pipelines: the scripts in them, and running them as GitHub does."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
PAGES = ("pull-requests", "promotion", "editors", "committed-state")
PAGE = "\n".join((ROOT / f"docs/{name}.md").read_text() for name in PAGES)
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))
STEPS = re.findall(r"<!-- steps -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)
JOBS = re.findall(r"<!-- jobs -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)
PIPELINES = [*map(yaml.safe_load, [*FILES.values(), *STEPS, *JOBS])]


def scripts(value: Any) -> Iterator[str]:
    """Every script in a workflow, an action or a GitLab file."""
    if isinstance(value, list):
        for one in value:
            yield from scripts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "run":
                yield one
            elif name in {"script", "before_script", "after_script"}:
                yield "\n".join(one)
            else:
                yield from scripts(one)


def steps() -> Iterator[dict[str, Any]]:
    """Every step of a workflow, and those that stand by themselves."""
    for one in PIPELINES:
        if isinstance(one, list):
            yield from one
        else:
            for job in one.get("jobs", {}).values():
                yield from job["steps"]


def step(name: str, file: str | None = None) -> dict[str, Any]:
    """The step of this name; `file`: in this workflow."""
    among = steps() if file is None else _steps_of(file)
    (found,) = [one for one in among if one.get("name") == name]
    return found


def inputs_of(given: dict[str, Any], temp: Path) -> dict[str, str]:
    """What a step gives to the action, as GitHub passes it on."""
    texts = {name: "true" if value is True else str(value) for name, value in given.items()}
    return {
        name.replace("-", "_"): text.replace("${{ runner.temp }}", str(temp))
        for name, text in texts.items()
    }


def jobs(name: str) -> dict[str, Any]:
    """The jobs that stand by themselves, of GitLab, with this one among them."""
    (found,) = [one for one in map(yaml.safe_load, JOBS) if name in one]
    return found


def _steps_of(file: str) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(FILES[file])["jobs"].values():
        yield from job["steps"]


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub does."""
    with started(script, folder, **environment) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def started(script: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """A script that GitHub has started."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.Popen(
        words, cwd=folder, env=kept | environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def action_environment(number: int, temp: Path, **inputs: str) -> dict[str, str]:
    """The variables that a step of the action gets for these inputs."""
    defaults = {name: field.get("default", "") for name, field in ACTION["inputs"].items()}
    values = {f"inputs.{name}": value for name, value in defaults.items()}
    values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    values["runner.temp"] = str(temp)
    environment = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)
        for name, text in ACTION["runs"]["steps"][number]["env"].items()
    }
    return {**environment, "GITHUB_ACTION_PATH": str(ROOT)}
