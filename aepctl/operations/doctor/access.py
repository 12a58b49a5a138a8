"""The token: one is asked for, or the given one is looked into, as far as it says anything."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aepctl.aep.connection import Platform
from aepctl.aep.ims import Ims
from aepctl.errors import AepctlError, InternalError
from aepctl.model.checkup import Status
from aepctl.model.target import EMULATOR
from aepctl.operations.doctor.hosts import factory_of
from aepctl.operations.doctor.patient import Found, Patient, about
from aepctl.patience import Patience
from aepctl.project.credentials import Credentials
from aepctl.texts import json_of

SOON = timedelta(minutes=10)
"""A token that ends within this ends in mid-apply."""
Claims = Mapping[str, object]


def token(patient: Patient) -> Found:
    """A token can be had, and is not over."""
    given = patient.credentials
    if given is None:
        raise InternalError("no credentials were looked for")
    factory = patient.factory or factory_of(patient)
    where, now = patient.where, patient.context.clock.now()
    if where.target.endpoint == EMULATOR:
        found = Found("the emulator takes any")
    elif given.access_token is not None:
        found = judged(claims(given.access_token.reveal()), given, where.target.org, now)
    else:
        if given.client_secret is not None:
            factory.redaction.add(given.client_secret.reveal())
        transport = factory.transport()
        try:
            impatient = Patience(max_wait=0.0)
            ims = Ims(transport, f"{where.ims_url}/ims/token/v3", given, factory.clock, impatient,
                      attempts=1)  # fmt: skip
            granted = ims.ask()
        finally:
            transport.close()
        factory.redaction.add(granted.token.reveal())
        said = f"{where.ims_url} gives one, good for {about(granted.seconds)}"
        found = Found(said)
        given = replace(given, access_token=granted.token)
    platform = Platform(where, given, factory)
    patient.stack.callback(platform.close)
    patient.connection = platform.connect()
    patient.stack.callback(patient.connection.close)
    return found


def claims(token: str) -> Claims:
    """What a token says of itself; nothing, where it is none that does. It is not believed."""
    part = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 - a JWT has three
    try:
        found = json_of(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def ends_at(said: Claims) -> datetime | None:
    """Until when it is good: `exp`, or as Adobe writes it, milliseconds from `created_at`."""
    try:
        if "exp" in said:
            seconds = float(str(said["exp"]))
        else:
            seconds = (float(str(said["created_at"])) + float(str(said["expires_in"]))) / 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def judged(said: Claims, given: Credentials, org: str, now: datetime) -> Found:
    """What is to be said of a token that was given. Raises AepctlError for one that is over."""
    ends = ends_at(said)
    if ends is not None and ends <= now:
        raise AepctlError(
            f"AEP_ACCESS_TOKEN has expired, {about((now - ends).total_seconds())} ago",
            hint="set a new one"
            + (", or unset it: the client is set as well" if given.hides_client else ""),
            code="token-refused",
        )
    doubts = [*_doubts(said, given, org)]
    until = "it does not say until when it is good"
    if ends is not None:
        until = f"good for {about((ends - now).total_seconds())}"
        if ends - now < SOON:
            doubts.append("it ends soon")
    text = "; ".join([f"AEP_ACCESS_TOKEN: {until}", *doubts])
    if doubts:
        return Found(text, Status.WARNING, "set a new one, of the right client and organisation")
    return Found(text)


def _doubts(said: Claims, given: Credentials, org: str) -> list[str]:
    """Where it seems to be another client's, or another organisation's."""
    doubts = []
    client = said.get("client_id")
    if isinstance(client, str) and client != given.api_key:
        doubts.append("it was given to another client than the API key names")
    owners = (said.get(name) for name in ("org", "org_id", "imsOrgId"))
    owner = next((one for one in owners if isinstance(one, str) and "@AdobeOrg" in one), None)
    if owner is not None and owner != org:
        doubts.append(f"it is of {owner}, not of {org}")
    return doubts
