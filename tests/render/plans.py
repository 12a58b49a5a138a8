"""The plans and reports that golden files show, by the name of their file."""

from collections.abc import Iterable
from dataclasses import replace

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.audience import Audience, Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.problem import Origin
from aepctl.model.steps import Adopt, Create, Delete, Forget, Patch
from aepctl.model.target import Target
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.state.model import Intent, Phase

TARGET = Target("ORG@AdobeOrg", "dev", "https://platform.adobe.io")
AT = "2026-01-31T12:30:00Z"
PROGRAM = "aepctl --env prod"


def audience(name: str, description: str | None = None, **fields: str) -> Audience:
    return Audience(
        name, **{"namespace": "agora", "origin_name": "Agora", **fields}, description=description
    )


def known(key: str, one: Audience, platform_id: str | None = None) -> Known:
    return Known(one, Ids(f"id-of-{key}", platform_id))


def intent(key: str, one: Audience, number: int = 1, phase: Phase = Phase.OPEN) -> Intent:
    return Intent(f"intent-{number}", "run-1", key, Create(one), AT, phase)


def at(line: int) -> Origin:
    return Origin("audiences/all.yaml", line, 3)


def create(key: str, one: Audience, line: int, audience_id: str | None = None) -> Change:
    step = Create(one, audience_id)
    return Change(key, Action.CREATE, wanted=one, steps=(step,), source=at(line))


def update(
    key: str, old: Audience, new: Audience, line: int, platform: str | None = None
) -> Change:
    before, after = old.fields(), new.fields()
    diff = tuple(
        FieldDiff(name, before.get(name), None, after.get(name))
        for name in ("name", "description", "namespace", "originName")
        if before.get(name) != after.get(name)
    )
    had = known(key, old, platform)
    steps = (Patch(had.ids, old, new),)
    return Change(
        key, Action.UPDATE, known=had, wanted=new, diff=diff, steps=steps, source=at(line)
    )


def forget(key: str, one: Audience, platform_id: str | None = None) -> Change:
    return Change(
        key, Action.FORGET, known=known(key, one, platform_id), steps=(Forget(retain=True),)
    )


def delete(key: str, one: Audience, platform_id: str | None = None) -> Change:
    had = known(key, one, platform_id)
    return Change(key, Action.DELETE, known=had, steps=(Delete(had.ids, one),))


def settle(left: Intent, line: int | None = None) -> Change:
    """Of an intent for a key that the manifests still have in this line, if any."""
    if line is None:
        return Change(left.key, Action.SETTLE, intent=left)
    assert isinstance(left.step, Create)
    wanted = left.step.audience
    return Change(left.key, Action.SETTLE, wanted=wanted, source=at(line), intent=left)


def plan(changes: Iterable[Change] = (), unchanged: int = 0, *targets: str) -> Plan:
    return Plan("prod", TARGET, tuple(changes), unchanged, targets)


GOLD = audience("Loyalty - Gold tier", "Members with 10,000 points or more.")
SILVER = audience("Loyalty - Silver tier")
GROESSE = audience("Größe ☂ 日本語", namespace="forum", origin_name="Forum")
OLD, NEW = audience("B", "Old words."), audience("B", "New words.")
HOSTILE = audience(
    "\x1b[31mred\u202egnp.exe##[error]",
    "first line\n::error::second line\r\x07\n##vso[task.complete]",
    namespace="zero\u200bwidth\u2066",
    origin_name="\x9b2J\x7f\u2028",
)
RENAMED = (
    "`golden` has the same name, namespace and originName as `gold`, which was removed from the "
    "manifests. If it was renamed, say so there: `moved: [{from: gold, to: golden}]`"
)
ABSENT = replace(
    intent("gold", GOLD, phase=Phase.ABSENT), reason=f"not found on the platform by {AT}"
)

PLANS: dict[str, Plan] = {
    "empty": plan(),
    "creates": plan(
        (
            create("loyalty-gold", GOLD, 2),
            create("loyalty-silver", SILVER, 3),
            create("size", GROESSE, 4),
        )
    ),
    "unchanged": plan(unchanged=2),
    "saved": replace(
        plan((create("loyalty-gold", GOLD, 2),)),
        done=3,
        left_alone=(create("loyalty-silver", SILVER, 3), forget("old", OLD)),
    ),
    "saved-done": replace(plan(), done=2),
    "limit": replace(
        plan((create("loyalty-gold", GOLD, 2), create("loyalty-silver", SILVER, 3))), max_creates=1
    ),
    "updates": plan(
        (
            update("description-added", audience("A"), audience("A", "A description."), 2),
            update("description-changed", OLD, NEW, 3),
            update("description-removed", audience("C", "A description."), audience("C"), 4),
            update(
                "everything",
                audience("D", "Old"),
                audience("D2", "New", namespace="forum", origin_name="Forum"),
                5,
                "platform-id",
            ),
        ),
        1,
    ),
    "forget": plan((forget("silver", SILVER, "p-id"), forget("size", GROESSE)), 1),
    "settle": plan(
        (
            settle(intent("loyalty-gold", GOLD), 2),
            settle(intent("unwanted", GROESSE, 2)),
            create("loyalty-silver", SILVER, 3),
        )
    ),
    "held-back": plan(
        [
            Change(
                "golden",
                Action.SETTLE,
                wanted=GOLD,
                reason="`golden` has the same name, namespace and originName as `gold`, "
                "and whether that was created is not known yet",
                source=at(2),
                intent=intent("gold", GOLD),
            )
        ]
    ),
    "everything": plan(
        (
            settle(intent("open", GROESSE), 5),
            create("new", GOLD, 2),
            update("other", audience("Other"), audience("Other", "New"), 3),
            forget("gone", audience("Gone")),
        ),
        1,
    ),
    "targets": plan(
        (
            create("loyalty-gold", GOLD, 2),
            create("loyalty-silver", SILVER, 3),
            create("size", GROESSE, 4),
        ),
        0,
        "loyalty-*",
        "size",
    ),
    "adopt": plan(
        (
            Change(
                "taken",
                Action.ADOPT,
                observed=Observed(GOLD, Ids("id-on-the-platform")),
                wanted=GOLD,
                steps=(Adopt(Known(GOLD, Ids("id-on-the-platform"))),),
                source=at(2),
            ),
            create("free", SILVER, 3),
        )
    ),
    "decide": plan(
        (
            Change(
                "golden",
                Action.DECIDE,
                wanted=GOLD,
                reason=RENAMED,
                source=at(2),
                may_be="gold",
            ),
            forget("other", SILVER),
        )
    ),
    "again": plan([replace(create("gold", GOLD, 2), intent=ABSENT)]),
    "client-ids": plan([create("gold", GOLD, 2, "id-of-ours")]),
    "hostile": plan(
        (
            settle(intent("open\u202e", HOSTILE)),
            Change(
                "new",
                Action.DECIDE,
                wanted=HOSTILE,
                reason="as gone\x1b[2J##[x]\nis no more",
                source=at(2),
            ),
            update("other", audience("\x1b]0;x\x07", "\u202e"), HOSTILE, 3),
            forget("gone\x1b[2J##[x]", HOSTILE),
        )
    ),
}

ID = Ids("8b2b7b1c-audience", "9c3c-platform")
CREATED = Outcome("loyalty-gold", Action.CREATE, OutcomeKind.CREATED, ID)
REFUSED = Outcome(
    "loyalty-silver",
    Action.CREATE,
    OutcomeKind.REFUSED,
    failure=Failure("Name is mandatory", "AIS-1002-400", 400, "request-2"),
)
UNKNOWN = Outcome(
    "size",
    Action.CREATE,
    OutcomeKind.UNKNOWN,
    failure=Failure("the answer did not come within 30 s", request_id="request-3"),
)
ADOPTED = Outcome("taken", Action.ADOPT, OutcomeKind.ADOPTED, Ids("id-on-the-platform"))
UNDECIDED = Outcome("golden", Action.DECIDE, OutcomeKind.UNDECIDED, failure=Failure(RENAMED))
BARE = Outcome(
    "bare", Action.CREATE, OutcomeKind.REFUSED, failure=Failure("nothing was sent: no route")
)
TERSE = Outcome(
    "terse", Action.CREATE, OutcomeKind.UNKNOWN, failure=Failure("Bad Gateway", status=502)
)
UPDATED = Outcome("other", Action.UPDATE, OutcomeKind.UPDATED, Ids("id-of-other"))
DELETED = Outcome("gone", Action.DELETE, OutcomeKind.DELETED, Ids("id-of-gone"))
EVIL = Outcome(
    "evil\x1b[2J",
    Action.CREATE,
    OutcomeKind.REFUSED,
    Ids("id\u202e"),
    failure=Failure("::error::\n##[error]\x9b", "\x1b[31m", 400, "\r\nrequest"),
)

REPORTS: dict[str, ApplyReport] = {
    "nothing": ApplyReport(PLANS["unchanged"]),
    "created": ApplyReport(PLANS["creates"], (CREATED,)),
    "mixed": ApplyReport(PLANS["creates"], (CREATED, REFUSED, UNKNOWN, BARE, TERSE)),
    "decision": ApplyReport(PLANS["decide"], (ADOPTED, UNDECIDED)),
    "other-steps": ApplyReport(PLANS["everything"], (UPDATED, DELETED)),
    "saved": ApplyReport(PLANS["saved"], (CREATED,), plan_id="0123456789abcdef"),
    "saved-done": ApplyReport(PLANS["saved-done"], plan_id="0123456789abcdef"),
    "stopped": ApplyReport(PLANS["creates"], (REFUSED,), 2, "the token was refused: 401"),
    "interrupted": ApplyReport(PLANS["creates"], (CREATED,), 2, "interrupted", interrupted=True),
    "rescue": ApplyReport(PLANS["creates"], (CREATED,), 2, "the disk is full", rescue="{}\n"),
    "hostile": ApplyReport(PLANS["hostile"], (EVIL,), 1, "\x1b[31mstop\n##[error]"),
}

INTENTS = (
    intent("key-open", GOLD),
    replace(ABSENT, key="key-absent"),
    intent("key-recreate", GOLD, 2, Phase.RECREATE),
    replace(intent("key-patch", GOLD, 3), step=Patch(Ids("id-17"), GOLD, SILVER)),
    replace(intent("key-delete", GOLD, 4), step=Delete(Ids("id-18"), GOLD)),
    replace(intent("key-given", GOLD, 5), step=Create(GOLD, "id-of-ours")),
)
EVIL_INTENT = replace(intent("\x1b{key}", HOSTILE), at="\x9b2J", reason="##[error]\n\u202e")
