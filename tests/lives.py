"""A project with a life behind it: audiences that are known, and somebody who edits them there."""

from typing import Any

import httpx
from projects import ORG, Project, Result

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, Operation

HEAD = "defaults: {namespace: agora, originName: Tests}\n"
OTHERS = "a: {name: A}\nb: {name: B}\nc: {name: C}"
GOLD = "gold: {name: Gold, description: Old}"


class Life:
    """A project that has `gold` and three others on its platform."""

    def __init__(self, project: Project, there: Emulator) -> None:
        self.project = project
        self.there = there

    def want(self, *entries: str, rest: str = "") -> None:
        """These entries of a manifest, besides the three others."""
        lines = "".join(f"  {one}\n" for one in "\n".join((*entries, OTHERS)).splitlines())
        self.project.write("audiences/all.yaml", f"{HEAD}audiences:\n{lines}{rest}")

    def save(self, *words: str) -> None:
        assert self.project.run("plan", "--out", "plan.json", *words).code == 0

    def apply_saved(self, code: int = 0) -> Result:
        """Apply plan.json, whose check beforehand gives the same answer where it is refused."""
        result = self.project.run("apply", "plan.json")
        assert result.code == code, (result.out, result.err)
        return result

    def ended(self) -> bool:
        """Whether plan.json says that it can do nothing more."""
        return "it can do nothing more" in self.apply_saved().out

    def edit(self, name: str, **fields: object) -> None:
        """Somebody edits it on the platform."""
        changes = [{"op": "add", "path": f"/{one}", "value": to} for one, to in fields.items()]
        self._call("PATCH", name, json=changes)

    def delete(self, name: str) -> None:
        """Somebody deletes it there."""
        self._call("DELETE", name)

    def once(self, kind: FaultKind, on: Operation, **more: Any) -> None:
        """What happens to the next request of this kind."""
        self.there.behaviour = Behaviour(revision=3, faults=(Fault(kind=kind, on=on, **more),))

    def well(self) -> None:
        """From now on nothing is wrong there."""
        self.there.behaviour = Behaviour(revision=3)

    @property
    def names(self) -> list[str]:
        """What exists on the platform, besides the three others."""
        names = sorted(str(one["name"]) for one in self.there.audiences)
        return [name for name in names if name not in {"A", "B", "C"}]

    def description(self, name: str) -> object:
        """What the platform has for it."""
        return self._one(name).get("description")

    def _one(self, name: str) -> dict[str, Any]:
        (one,) = (one for one in self.there.audiences if one["name"] == name)
        return dict(one)

    def delete_by_id(self, audience_id: str) -> None:
        """Somebody deletes the one with this ID there."""
        (one,) = (one for one in self.there.audiences if one["audienceId"] == audience_id)
        self._ask("DELETE", str(one["id"]))

    def _call(self, method: str, name: str, **more: Any) -> None:
        self._ask(method, str(self._one(name)["id"]), **more)

    def _ask(self, method: str, one_id: str, **more: Any) -> None:
        head = {"Authorization": "Bearer x", "x-api-key": "k", "x-gw-ims-org-id": ORG}
        url = f"{self.there.url}/data/core/ups/audiences/{one_id}"
        answer = httpx.request(method, url, headers={**head, "x-sandbox-name": "prod"}, **more)
        answer.raise_for_status()
