"""Asking whoever runs an apply or a destroy whether what was shown is to be done."""

import sys
from collections import Counter

import click

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.plan.plan import Action, Plan
from aepctl.render.display import display

NOT_APPROVED = "not approved: nothing was sent"


def approved(_plan: Plan) -> bool:
    """Somebody said beforehand that it may be: nobody is asked."""
    return False


def ask_yes(plan: Plan) -> bool:
    """Return where the answer is yes. Raises SafetyRefusal where nobody can be asked."""
    _check_terminal("review the plan, then use --auto-approve")
    steps = Counter(change.action for change in plan.changes if change.steps)
    verbs = [f"{action} {steps[action]}" for action in Action if steps[action]]
    what = " and ".join(one for one in (", ".join(verbs[:-1]), *verbs[-1:]) if one)
    gone = plan.deletes
    loud = f" {gone} audience{'s are' if gone != 1 else ' is'} deleted for good." if gone else ""
    question = f"{what.capitalize()} in {_where(plan)}?{loud} Enter 'yes' to continue: "
    if _answer(question) != "yes":
        raise AepctlError(NOT_APPROVED, code="not-approved")
    return True


def ask_name(plan: Plan) -> bool:
    """Return where the answer is the environment's name. Raises SafetyRefusal for no terminal."""
    name = plan.environment
    _check_terminal(f"review the plan, then use --auto-approve {name}")
    count = sum(bool(change.steps) for change in plan.changes)
    what = f"{count} audience{'s' * (count != 1)}"
    question = (
        f"This ends {what} of {_where(plan)}, and cannot be undone. "
        f"Enter the environment's name to continue: "
    )
    if _answer(question) != name:
        raise AepctlError(
            f"{NOT_APPROVED} (the environment's name is `{name}`)", code="not-approved"
        )
    return True


def check_name(given: str, environment: str) -> None:
    """Raise SafetyRefusal where --auto-approve names another environment."""
    if given != environment:
        raise SafetyRefusal(
            f"--auto-approve names `{given}`, but the environment is `{environment}`: nothing was "
            "sent",
            hint="give the environment with --env, and the same name again with --auto-approve",
            code="another-environment",
        )


def _check_terminal(hint: str) -> None:
    if not sys.stdin.isatty():
        raise SafetyRefusal(
            "not approved: there is no terminal to ask on, so nothing was sent",
            hint=hint,
            code="approval-missing",
        )


def _where(plan: Plan) -> str:
    return f"{plan.environment}, sandbox {plan.target.sandbox}"


def _answer(question: str) -> str:
    click.echo(f"\n{display(question)}", nl=False, err=True)
    return sys.stdin.readline().strip()
