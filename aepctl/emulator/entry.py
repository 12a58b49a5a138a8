"""What one may do, and where: the sandboxes that one may use, and one's rights.

Sources: Sandbox API, "Available sandboxes"; Access Control API, "Effective policies", which leaves
out what one has no right to.
"""

from aepctl.emulator.answers import Answer, Call, json_answer, service_error, unusable_json
from aepctl.emulator.checks import Caller, json_body
from aepctl.emulator.faults import Operation
from aepctl.emulator.service import Service
from aepctl.emulator.spoiling import with_fault

REGION = "VA7"
PERMISSIONS = {"/permissions/view-segments": False, "/permissions/manage-segments": True}
"""Whether they are about more than reading."""
SEGMENTS = "/resource-types/segments"


def sandboxes(service: Service, call: Call, caller: Caller) -> Answer:
    """Those that the caller may use. Without any named, all that there could be are."""
    names = service.behaviour.sandboxes or tuple(dict.fromkeys(("prod", caller.sandbox)))
    start, limit = (int(call.parameter(one) or 0) for one in ("offset", "limit"))
    shown = names[start : start + limit] if limit else names[start:]
    listed = [
        {
            "name": name,
            "title": name.capitalize(),
            "state": "active",
            "type": "production" if name == "prod" else "development",
            "region": REGION,
            "isDefault": name == "prod",
            "eTag": 1,
        }
        for name in shown
    ]
    answer = {"sandboxes": listed, "_page": {"limit": limit, "count": len(listed)}, "_links": {}}
    fault = service.faults.meets(Operation.SANDBOXES, "")
    return with_fault(call, caller, fault, lambda: json_answer(answer))


def rights(service: Service, call: Call, caller: Caller) -> Answer:
    """Which of the policies that are asked for the caller has."""
    asked = json_body(call)
    if not isinstance(asked, list):
        return unusable_json(call)
    writes, lists = not service.behaviour.forbid_write, not service.behaviour.forbid_list
    had: dict[str, list[str]] = {
        name: ["*"] for name, more in PERMISSIONS.items() if (writes if more else lists)
    }
    can = [*(["read"] if lists else []), *(["write", "delete"] if writes else [])]
    if can:
        had[SEGMENTS] = can
    found = {one: had[one] for one in asked if isinstance(one, str) and one in had}
    fault = service.faults.meets(Operation.RIGHTS, "")
    return with_fault(call, caller, fault, lambda: json_answer({"policies": found}))


def no_such_sandbox(call: Call) -> Answer:
    """What is said for the data of a sandbox that is not there. No document shows it."""
    return service_error(call, 403, "Sandbox not found.")
