"""The plans and reports that golden files show, by the name of their file."""

from dataclasses import replace

from plan_samples import audience, found, intend, know, plan, want

from aepctl.apply.outcomes import Failure, Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.plan import Action, Plan
from aepctl.state.model import Known, Phase

GOLD = audience("Loyalty - Gold tier", "Members with 10,000 points or more.")
SILVER = audience("Loyalty - Silver tier")
GROESSE = audience("Größe ☂ 日本語", namespace="forum", origin_name="Forum")
HOSTILE = audience(
    "\x1b[31mred\u202egnp.exe##[error]",
    "first line\n::error::second line\r\x07\n##vso[task.complete]",
    namespace="zero\u200bwidth\u2066",
    origin_name="\x9b2J\x7f\u2028",
)

PLANS: dict[str, Plan] = {
    "empty": plan(()),
    "creates": plan(want(("loyalty-gold", GOLD), ("loyalty-silver", SILVER), ("size", GROESSE))),
    "unchanged": plan(
        want(("loyalty-gold", GOLD), ("size", GROESSE)),
        found([know("loyalty-gold", GOLD), know("size", GROESSE)]),
    ),
    "updates": plan(
        want(
            ("description-added", audience("A", "A description.")),
            ("description-changed", audience("B", "New words.")),
            ("description-removed", audience("C")),
            ("everything", audience("D2", "New", namespace="forum", origin_name="Forum")),
            ("same", SILVER),
        ),
        found(
            [
                know("description-added", audience("A")),
                know("description-changed", audience("B", "Old words.")),
                know("description-removed", audience("C", "A description.")),
                know("everything", audience("D", "Old"), "platform-id"),
                know("same", SILVER),
            ]
        ),
    ),
    "removed": plan(
        want(("loyalty-gold", GOLD)),
        found([know("loyalty-gold", GOLD), know("size", GROESSE), know("silver", SILVER, "p-id")]),
    ),
    "settle": plan(
        want(("loyalty-gold", GOLD), ("loyalty-silver", SILVER)),
        found(intents=[intend("loyalty-gold", GOLD), intend("unwanted", GROESSE, 2)]),
    ),
    "everything": plan(
        want(
            ("new", GOLD), ("other", audience("Other", "New")), ("same", SILVER), ("open", GROESSE)
        ),
        found(
            [
                know("other", audience("Other")),
                know("same", SILVER),
                know("gone", audience("Gone")),
            ],
            [intend("open", GROESSE)],
        ),
    ),
    "targets": plan(
        want(("loyalty-gold", GOLD), ("loyalty-silver", SILVER), ("size", GROESSE)),
        None,
        "loyalty-*",
        "size",
    ),
    "hostile": plan(
        want(("new", HOSTILE), ("other", HOSTILE)),
        found(
            [know("other", audience("\x1b]0;x\x07", "\u202e")), know("gone\x1b[2J##[x]", HOSTILE)],
            [intend("open\u202e", HOSTILE)],
        ),
    ),
}

(TAKEN, FREE) = plan(want(("taken", GOLD), ("free", SILVER))).changes
PLANS["adopt"] = plan(want(("taken", GOLD), ("free", SILVER))).replaced(
    [replace(TAKEN, action=Action.ADOPT, before=Known(GOLD, "id-on-the-platform"))]
)
PLANS["decide"] = plan(want(("golden", GOLD)), found([know("gold", GOLD)]))
PLANS["again"] = plan(
    want(("gold", GOLD)), found(intents=[replace(intend("gold", GOLD), phase=Phase.ABSENT)])
)
PLANS["client-ids"] = plan(want(("gold", GOLD))).replaced(
    [replace(*plan(want(("gold", GOLD))).changes, audience_id="id-of-ours")]
)

CREATED = Outcome("loyalty-gold", "create", Result.CREATED, "8b2b7b1c-audience", "9c3c-platform")
REFUSED = Outcome(
    "loyalty-silver",
    "create",
    Result.REFUSED,
    failure=Failure("Name is mandatory", "AIS-1002-400", 400, "request-2"),
)
UNKNOWN = Outcome(
    "size",
    "create",
    Result.UNKNOWN,
    failure=Failure("the answer did not come within 30 s", request_id="request-3"),
)
ADOPTED = Outcome("gold", "adopt", Result.ADOPTED, "id-on-the-platform")
DECIDE = replace(UNKNOWN, key="several", failure=Failure("3 match"), decision=True)
BARE = Outcome("bare", "create", Result.REFUSED, failure=Failure("nothing was sent: no route"))
TERSE = Outcome("terse", "create", Result.UNKNOWN, failure=Failure("Bad Gateway", status=502))
EVIL = Outcome(
    "evil\x1b[2J",
    "create",
    Result.REFUSED,
    "id\u202e",
    failure=Failure("::error::\n##[error]\x9b", "\x1b[31m", 400, "\r\nrequest"),
)

REPORTS: dict[str, ApplyReport] = {
    "nothing": ApplyReport(PLANS["unchanged"]),
    "created": ApplyReport(PLANS["creates"], (CREATED,)),
    "mixed": ApplyReport(PLANS["creates"], (CREATED, REFUSED, UNKNOWN, BARE, TERSE)),
    "decision": ApplyReport(PLANS["adopt"], (ADOPTED, DECIDE)),
    "stopped": ApplyReport(PLANS["creates"], (REFUSED,), 2, "the token was refused: 401", False),
    "interrupted": ApplyReport(PLANS["creates"], (CREATED,), 2, "interrupted", interrupted=True),
    "hostile": ApplyReport(PLANS["hostile"], (EVIL,), 1, "\x1b[31mstop\n##[error]"),
}
