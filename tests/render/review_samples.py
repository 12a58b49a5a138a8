"""Plans, reports and problems to render: one that people can read, and any that can be."""

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.audience import FIELD_NAMES, Audience, Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.problem import Origin, Problem
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record
from aepctl.model.target import Target
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.policy import Policy
from aepctl.plan.reasons import GONE, HAS_IT, renamed
from aepctl.plan.reasons import edited as edited_reason
from aepctl.state.model import Intent, Phase

TARGET = Target("1BD6382559DF0C130A49422D@AdobeOrg", "prod", "https://platform.adobe.io")
LOYALTY = "audiences/loyalty.yaml"
RETAIL = "audiences/retail/stores.yaml"
ID = "1b9c7a0e-5f0e-4a3b-9a54-0123456789ab"


def audience(name: str, description: str | None = None) -> Audience:
    return Audience(name, "agora", "Agora_Collaboration", description)


def create(key: str, name: str, file: str, line: int) -> Change:
    wanted = audience(name, "Members with 10,000 points or more.")
    source = Origin(file, line, 3)
    return Change(key, Action.CREATE, wanted=wanted, steps=(Create(wanted),), source=source)


def plan_of(*changes: Change, unchanged: int = 0, environment: str = "prod") -> Plan:
    return Plan(environment, TARGET, changes, unchanged)


SUMMER = audience("Summer sale")
SETTLE = Change(
    "winter-sale",
    Action.SETTLE,
    wanted=audience("Winter sale"),
    intent=Intent(
        "0f1e",
        "run-1",
        "winter-sale",
        Create(audience("Winter sale")),
        "2026-05-01T10:00:00.000+00:00",
        reason="no answer within 30 s",
    ),
)
PLAN = plan_of(
    SETTLE,
    Change(
        "spring-sale",
        Action.DECIDE,
        wanted=audience("Spring sale"),
        source=Origin(RETAIL, 3, 3),
        reason="the platform has 2 audiences of this name",
    ),
    Change(
        "summer-sale",
        Action.ADOPT,
        observed=Observed(SUMMER, Ids("a-17")),
        wanted=SUMMER,
        steps=(Adopt(Known(SUMMER, Ids("a-17"))),),
        source=Origin(RETAIL, 9, 3),
    ),
    create("loyalty-gold", "Loyalty - Gold tier", LOYALTY, 5),
    create("loyalty-silver", "Loyalty - Silver tier", LOYALTY, 9),
    create("stores-north", "Shoppers of the northern stores", RETAIL, 15),
    Change(
        "loyalty-bronze",
        Action.UPDATE,
        known=Known(audience("Loyalty - Bronze", "Members"), Ids(ID)),
        wanted=audience("Loyalty - Bronze tier"),
        steps=(
            Patch(
                Ids(ID),
                audience("Loyalty - Bronze", "Members"),
                audience("Loyalty - Bronze tier"),
            ),
        ),
        source=Origin(LOYALTY, 13, 3),
        diff=(
            FieldDiff("name", "Loyalty - Bronze", None, "Loyalty - Bronze tier"),
            FieldDiff("description", "Members", None, None),
        ),
    ),
    Change(
        "old-news",
        Action.FORGET,
        known=Known(audience("Readers of the news"), Ids("n-1")),
        steps=(Forget(retain=True),),
    ),
    unchanged=26,
)
BRONZE = audience("Loyalty - Bronze", "Members with 1,000 points or more.")
WHY = edited_reason("edited", Policy("prod", TARGET, program="aepctl --env prod"))
CRM = replace(BRONZE, namespace="crm")


def _edited(key: str, action: Action, line: int, *sides: str, reason: str) -> Change:
    """Its description on each side: manifest, state, platform."""
    wanted, known, observed = (replace(BRONZE, description=one) for one in sides)
    steps = (Record(observed),) if action is Action.RECORD else ()
    return Change(
        key,
        action,
        known=Known(known, Ids(f"{key}-id")),
        observed=Observed(observed, Ids(f"{key}-id")),
        wanted=wanted,
        diff=(FieldDiff("description", sides[1], sides[2], sides[0]),),
        steps=steps,
        reason=reason,
        source=Origin(LOYALTY, line, 3),
    )


LIFE = Plan(
    "prod",
    TARGET,
    (
        _edited(
            "edited",
            Action.DRIFT,
            3,
            "As the manifest has it.",
            "As state knows it.",
            "As somebody typed it.",
            reason=WHY,
        ),
        _edited(
            "recorded",
            Action.RECORD,
            7,
            "Both say so.",
            "As it was.",
            "Both say so.",
            reason=HAS_IT,
        ),
        Change(
            "gold #1",
            Action.DECIDE,
            wanted=audience("Gold"),
            reason=renamed("gold", "gold #1"),
            source=Origin(LOYALTY, 11, 3),
            may_be="gold",
        ),
        Change(
            "bronze",
            Action.REPLACE,
            known=Known(BRONZE, Ids("old-id")),
            wanted=CRM,
            diff=(FieldDiff("namespace", "agora", None, "crm"),),
            steps=(Create(CRM, replaces=Ids("old-id")), Delete(Ids("old-id"), BRONZE)),
            source=Origin(LOYALTY, 15, 3),
        ),
        Change(
            "silver-tier",
            Action.MOVE,
            known=Known(audience("Silver"), Ids("silver-id")),
            wanted=audience("Silver"),
            steps=(Move("silver"),),
            source=Origin(LOYALTY, 19, 3),
            moved_from="silver",
        ),
        Change(
            "ended",
            Action.DELETE,
            known=Known(audience("Ended"), Ids("ended-id")),
            steps=(Delete(Ids("ended-id"), audience("Ended")),),
        ),
        Change(
            "left",
            Action.FORGET,
            known=Known(audience("Left"), Ids("left-id")),
            steps=(Forget(retain=True),),
        ),
        Change(
            "vanished",
            Action.FORGET,
            known=Known(audience("Vanished"), Ids("vanished-id")),
            steps=(Forget(),),
            reason=GONE,
        ),
    ),
    unchanged=4,
    max_deletes=1,
    known=12,
    refreshed=True,
)
"""All that may happen to what is known, on one look at the platform."""
LIVED = ApplyReport(
    LIFE,
    (
        Outcome("edited", Action.DRIFT, OutcomeKind.UNDECIDED, failure=Failure(WHY)),
        Outcome(
            "gold #1",
            Action.DECIDE,
            OutcomeKind.UNDECIDED,
            failure=Failure(renamed("gold", "gold #1")),
        ),
        Outcome("recorded", Action.RECORD, OutcomeKind.RECORDED, Ids("recorded-id")),
        Outcome("bronze", Action.REPLACE, OutcomeKind.REPLACED, Ids("new-id")),
        Outcome("silver-tier", Action.MOVE, OutcomeKind.MOVED, Ids("silver-id")),
        Outcome("ended", Action.DELETE, OutcomeKind.DELETED, Ids("ended-id")),
        Outcome("left", Action.FORGET, OutcomeKind.FORGOTTEN, Ids("left-id")),
        Outcome("vanished", Action.FORGET, OutcomeKind.FORGOTTEN, Ids("vanished-id")),
    ),
)
REPORT = ApplyReport(
    PLAN,
    (
        Outcome("autumn-sale", Action.SETTLE, OutcomeKind.ADOPTED, Ids("a-99")),
        Outcome(
            "winter-sale", Action.SETTLE, OutcomeKind.UNKNOWN, failure=Failure("not found so far")
        ),
        Outcome(
            "spring-sale",
            Action.DECIDE,
            OutcomeKind.UNDECIDED,
            failure=Failure("the platform has 2 audiences of this name"),
        ),
        Outcome("summer-sale", Action.ADOPT, OutcomeKind.ADOPTED, Ids("a-17")),
        Outcome("loyalty-gold", Action.CREATE, OutcomeKind.CREATED, Ids(ID)),
        Outcome(
            "loyalty-silver",
            Action.CREATE,
            OutcomeKind.REFUSED,
            failure=Failure("namespace agora is not registered", "400.NAMESPACE", 400, "req-7"),
        ),
    ),
    not_started=3,
    stopped="the first 1 of 2 creates were refused",
    plan_id="3f9a2c",
)
PROBLEMS = (
    Problem(Origin(LOYALTY, 4, 11), "syntax", "not valid YAML: found a tab", "use spaces"),
    Problem(Origin(LOYALTY, 9, 3), "duplicate-key", "`gold` again (first in line 2)", "keep one"),
    Problem(Origin(LOYALTY, 12, 3), "duplicate-key", "`gold` again (first in line 2)", "keep one"),
    Problem(Origin(RETAIL, 0, 0), "empty", "the file holds no audiences"),
)

few = settings(max_examples=40)
"""For properties of whole plans and reports, which have many texts each."""

NASTY = (
    "\x00", "\x1b[31m", "\r", "\n", "\u2028", "\u202e", "\u200b", "\x85", "\ud800", "\ufffe",
    "::set-output name=a::b", "::error::", "##[error]", "|", "`", "```", "````", "@team", "#123",
    "GH-1", "https://evil.example/x", "www.evil.example", "</details>", "<script>alert(1)</script>",
    "</script>", "<!--", "-->", "]]>", "&amp;", "<", ">", '"', "'", "**", "# ", "\n# Forged\n",
    "\n```\n", "![x](y)", "[x](javascript:y)", "$x$", ":tada:", "%0A", "%", ",", ":", "\\", " ",
    "EOF", "</noscript>", "</style>", "é", "名", "🎉",
)  # fmt: skip
nasty = st.sampled_from(NASTY)
texts = st.just("") | nasty | st.tuples(nasty, nasty).map("".join) | st.text(max_size=5)
filled = texts.map(lambda text: text or "x")
audiences = st.builds(Audience, filled, texts, texts, st.none() | texts)
origins = st.builds(
    Origin, st.sampled_from([LOYALTY, RETAIL]) | filled, st.integers(0, 99), st.integers(0, 99)
)
ids = st.builds(Ids, filled, st.none() | texts)
knowns = st.builds(Known, audiences, ids)
observeds = st.builds(Observed, audiences, ids)
remote_steps = st.sampled_from(
    [Create(SUMMER), Create(SUMMER, ID), Patch(Ids(ID), SUMMER, SUMMER), Delete(Ids(ID), SUMMER)]
)
intents = st.builds(
    Intent, texts, st.just("run-1"), filled, remote_steps, texts, st.sampled_from(Phase), texts
)
diffs = st.builds(FieldDiff, st.sampled_from(FIELD_NAMES), *[st.none() | nasty for _ in range(3)])


@st.composite
def changes(draw: st.DrawFn, key: str) -> Change:
    """Any change, also one that the planner would not make."""
    action = draw(st.sampled_from(Action))
    wanted = draw(audiences if action is Action.CREATE else st.none() | audiences)
    steps = (Create(wanted, draw(st.none() | texts)),) if action is Action.CREATE and wanted else ()
    known = draw(st.none() | knowns)
    gone = known if action in {Action.DELETE, Action.REPLACE} else None
    steps += (Delete(gone.ids, gone.audience),) if gone is not None else ()
    return Change(
        key,
        action,
        known=known,
        observed=draw(st.none() | observeds),
        wanted=wanted,
        diff=tuple(draw(st.lists(diffs, max_size=2))),
        steps=steps,
        reason=draw(st.none() | st.just(GONE) | texts),
        source=draw(st.none() | origins),
        intent=draw(st.none() | intents),
        moved_from=draw(st.none() | filled),
        may_be=draw(st.none() | filled) if action is Action.DECIDE else None,
    )


@st.composite
def plans(draw: st.DrawFn, most: int = 4, *, saved: bool = False) -> Plan:
    """`saved`: some of it is done, some left alone, and it may exceed a limit."""
    keys = draw(st.lists(filled, max_size=most, unique=True))
    made = tuple(draw(changes(key)) for key in keys)
    target = Target(*(draw(texts) for _ in range(3)))
    targets = tuple(draw(st.lists(texts, max_size=2)))
    whole = Plan(draw(filled), target, made, draw(st.integers(0, 9)), targets)
    whole = replace(whole, refreshed=draw(st.booleans()), overwrites=draw(st.booleans()))
    if not saved:
        return whole
    cut, done = draw(st.integers(0, most)), draw(st.integers(0, 9))
    limit = draw(st.none() | st.integers(0, 3))
    whole = replace(whole, max_creates=limit, max_deletes=limit, known=draw(st.integers(0, 9)))
    return replace(whole, changes=made[:cut], left_alone=made[cut:], done=done)


@st.composite
def reports(draw: st.DrawFn, *, saved: bool = False) -> ApplyReport:
    """A report on any plan: every change that applies has an outcome or was not started."""
    plan = draw(plans(saved=saved))
    failures = st.builds(
        Failure, texts, st.none() | texts, st.none() | st.just(503), st.none() | texts
    )
    outcomes = []
    not_started = 0
    for change in plan.changes:
        if draw(st.booleans()):
            kind = draw(st.sampled_from(OutcomeKind))
            failure = draw(st.none() | failures)
            outcomes.append(
                Outcome(change.key, change.action, kind, draw(st.none() | ids), failure)
            )
        elif change.steps:
            not_started += 1
    stopped, interrupted = draw(st.none() | texts), draw(st.booleans())
    rescue, plan_id = draw(st.none() | texts), draw(st.none() | texts)
    return ApplyReport(plan, tuple(outcomes), not_started, stopped, interrupted, rescue, plan_id)


problems = st.lists(st.builds(Problem, origins, filled, texts, st.none() | texts), max_size=6)


def statuses(plan: Plan) -> Counter[str]:
    return Counter(change.action.value for change in plan.changes)
