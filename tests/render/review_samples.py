"""Plans, reports and problems to render: one that people can read, and any that can be."""

from collections import Counter

from hypothesis import strategies as st

from aepctl.apply.outcomes import Failure, Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.audience import Audience, Origin
from aepctl.plan import Action, Change, FieldChange, Plan
from aepctl.plan.changes import summarize
from aepctl.settings import Target
from aepctl.state.model import Intent, Known, Phase
from aepctl.yamldoc import Problem

TARGET = Target("1BD6382559DF0C130A49422D@AdobeOrg", "prod", "https://platform.adobe.io")
LOYALTY = "audiences/loyalty.yaml"
RETAIL = "audiences/retail/stores.yaml"
ID = "1b9c7a0e-5f0e-4a3b-9a54-0123456789ab"


def audience(name: str, description: str | None = None) -> Audience:
    return Audience(name, "agora", "Agora_Collaboration", description)


def create(key: str, name: str, file: str, line: int) -> Change:
    text = "Members with 10,000 points or more."
    return Change(key, Action.CREATE, after=audience(name, text), source=Origin(file, line, 3))


def plan_of(*changes: Change, unchanged: int = 0, environment: str = "prod") -> Plan:
    return Plan(environment, TARGET, changes, summarize(changes, unchanged))


def intent(key: str, phase: Phase = Phase.OPEN) -> Intent:
    at = "2026-05-01T10:00:00.000+00:00"
    return Intent("0f1e", key, audience("Winter sale"), at, None, phase, "no answer within 30 s")


SETTLE = Change(
    "winter-sale", Action.SETTLE, after=audience("Winter sale"), intent=intent("winter-sale")
)
PLAN = plan_of(
    SETTLE,
    Change(
        "spring-sale",
        Action.DECIDE,
        after=audience("Spring sale"),
        source=Origin(RETAIL, 3, 3),
        reason="the platform has 2 audiences of this name",
    ),
    Change(
        "summer-sale",
        Action.ADOPT,
        before=Known(audience("Summer sale"), "a-17"),
        after=audience("Summer sale"),
        source=Origin(RETAIL, 9, 3),
    ),
    create("loyalty-gold", "Loyalty - Gold tier", LOYALTY, 5),
    create("loyalty-silver", "Loyalty - Silver tier", LOYALTY, 9),
    create("stores-north", "Shoppers of the northern stores", RETAIL, 15),
    Change(
        "loyalty-bronze",
        Action.UPDATE,
        before=Known(audience("Loyalty - Bronze", "Members"), ID),
        after=audience("Loyalty - Bronze tier"),
        source=Origin(LOYALTY, 13, 3),
        fields=(
            FieldChange("name", "Loyalty - Bronze", "Loyalty - Bronze tier"),
            FieldChange("description", "Members", None),
        ),
    ),
    Change("old-news", Action.REMOVED, before=Known(audience("Readers of the news"), "n-1")),
    unchanged=26,
)
REPORT = ApplyReport(
    PLAN,
    (
        Outcome("autumn-sale", "settle", Result.ADOPTED, "a-99"),
        Outcome("winter-sale", "settle", Result.UNKNOWN, failure=Failure("not found so far")),
        Outcome(
            "spring-sale",
            "decide",
            Result.REFUSED,
            failure=Failure("the platform has 2 audiences of this name"),
            decision=True,
        ),
        Outcome("summer-sale", "adopt", Result.ADOPTED, "a-17"),
        Outcome("loyalty-gold", "create", Result.CREATED, ID),
        Outcome(
            "loyalty-silver",
            "create",
            Result.REFUSED,
            failure=Failure("namespace agora is not registered", "400.NAMESPACE", 400, "req-7"),
        ),
    ),
    not_started=1,
    stopped="the first 1 of 2 creates were refused",
)
PROBLEMS = (
    Problem(Origin(LOYALTY, 4, 11), "syntax", "not valid YAML: found a tab", "use spaces"),
    Problem(Origin(LOYALTY, 9, 3), "duplicate-key", "`gold` again (first in line 2)", "keep one"),
    Problem(Origin(LOYALTY, 12, 3), "duplicate-key", "`gold` again (first in line 2)", "keep one"),
    Problem(Origin(RETAIL, 0, 0), "empty", "the file holds no audiences"),
)

NASTY = (
    "\x00", "\x1b[31m", "\r", "\n", "\u2028", "\u202e", "\u200b", "\x85", "\ud800", "\ufffe",
    "::set-output name=a::b", "::error::", "##[error]", "|", "`", "```", "````", "@team", "#123",
    "GH-1", "https://evil.example/x", "www.evil.example", "</details>", "<script>alert(1)</script>",
    "</script>", "<!--", "-->", "]]>", "&amp;", "<", ">", '"', "'", "**", "# ", "\n# Forged\n",
    "\n```\n", "![x](y)", "[x](javascript:y)", "$x$", ":tada:", "%0A", "%", ",", ":", "\\", " ",
    "EOF", "</noscript>", "</style>", "é", "名", "🎉",
)  # fmt: skip
nasty = st.sampled_from(NASTY)
texts = st.just("") | nasty | st.tuples(nasty, nasty, nasty).map("".join) | st.text(max_size=9)
filled = texts.map(lambda text: text or "x")
audiences = st.builds(Audience, filled, texts, texts, st.none() | texts)
origins = st.builds(
    Origin, st.sampled_from([LOYALTY, RETAIL]) | filled, st.integers(0, 99), st.integers(0, 99)
)
knowns = st.builds(Known, audiences, filled, st.none() | texts)
intents = st.builds(
    Intent, texts, texts, audiences, texts, st.none(), st.sampled_from(Phase), texts
)
field_changes = st.builds(
    FieldChange, st.sampled_from(["name", "description"]), st.none() | texts, st.none() | texts
)


@st.composite
def changes(draw: st.DrawFn, key: str) -> Change:
    """Any change, also one that the planner would not make."""
    action = draw(st.sampled_from(Action))
    return Change(
        key,
        action,
        draw(st.none() | knowns),
        draw(audiences if action is Action.CREATE else st.none() | audiences),
        draw(st.none() | origins),
        tuple(draw(st.lists(field_changes, max_size=2))),
        draw(st.none() | intents),
        draw(st.none() | texts),
        draw(st.none() | texts),
    )


@st.composite
def plans(draw: st.DrawFn, most: int = 6) -> Plan:
    keys = draw(st.lists(filled, max_size=most, unique=True))
    made = [draw(changes(key)) for key in keys]
    target = Target(*(draw(texts) for _ in range(3)))
    summary = summarize(made, draw(st.integers(0, 9)))
    targets = tuple(draw(st.lists(texts, max_size=2)))
    return Plan(draw(filled), target, tuple(made), summary, targets)


@st.composite
def reports(draw: st.DrawFn) -> ApplyReport:
    """A report on any plan: every change that applies has an outcome or was not started."""
    plan = draw(plans())
    failures = st.builds(
        Failure, texts, st.none() | texts, st.none() | st.just(503), st.none() | texts
    )
    outcomes = []
    not_started = 0
    for change in plan.changes:
        if draw(st.booleans()):
            result = draw(st.sampled_from(Result))
            failure = draw(st.none() | failures)
            identifier = draw(st.none() | texts)
            outcomes.append(
                Outcome(
                    change.key, "create", result, identifier, None, failure, draw(st.booleans())
                )
            )
        elif change.action is Action.CREATE:
            not_started += 1
    return ApplyReport(
        plan, tuple(outcomes), not_started, draw(st.none() | texts), draw(st.booleans())
    )


problems = st.lists(st.builds(Problem, origins, filled, texts, st.none() | texts), max_size=6)


def statuses(plan: Plan) -> Counter[str]:
    return Counter(change.action.value for change in plan.changes)
