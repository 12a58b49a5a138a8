"""What lies in the folder and in the environment variables: settings, manifests, credentials."""

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.checkup import Status
from aepctl.model.target import EMULATOR
from aepctl.operations.context import has_no_manifests
from aepctl.operations.doctor.hosts import outside
from aepctl.operations.doctor.patient import Found, Patient
from aepctl.project.certificates import FILE as CERTIFICATES
from aepctl.project.certificates import FOLDER, check_certificates
from aepctl.project.credentials import credentials
from aepctl.project.load import load_project
from aepctl.project.paths import FILE
from aepctl.project.proxies import proxy_for, unusable_exceptions
from aepctl.wording import listed

NO_ACCOUNT = "the emulator needs none"


def settings(patient: Patient) -> Found:
    """aepctl.yaml is sound, and says with the variables which environment it is."""
    context = patient.context
    try:
        patient.project = load_project(context.environ, allow_outside=patient.allow_outside)
        found = patient.project.environment(context.environ, patient.name, program=patient.program)
    except InvalidInput as error:
        raise _problems(error) from error
    patient.environment, target = found, found.target
    where = FILE if patient.project.found else f"no {FILE}, but variables"
    return Found(
        f"{where}: {found.name} is {target.org}, sandbox {target.sandbox}, at {target.endpoint}"
    )


def manifests(patient: Patient) -> Found:
    """What `validate` says of the environment, in one line."""
    where = patient.where
    try:
        found = patient.context.wants(where)
    except InvalidInput as error:
        if has_no_manifests(error):
            said = f"there are none in {where.manifests}"
            return Found(said, Status.WARNING, "write the first one: see docs/manifests.md")
        raise _problems(error) from error
    count = len(found.audiences)
    return Found(f"{count:,} audience{'s' * (count != 1)} in {where.manifests}, no problems")


def account(patient: Patient) -> Found:
    """The secrets are there, and look like some."""
    where = patient.where
    patient.credentials = credentials(where, patient.context.environ)
    if where.target.endpoint == EMULATOR:
        return Found(NO_ACCOUNT)
    given = patient.credentials
    if given.access_token is None:
        return Found("AEP_CLIENT_ID and AEP_CLIENT_SECRET")
    if given.hides_client:
        said = "AEP_ACCESS_TOKEN, which hides AEP_CLIENT_ID and AEP_CLIENT_SECRET"
        return Found(said, Status.WARNING, "unset AEP_ACCESS_TOKEN, unless it is meant")
    return Found("AEP_ACCESS_TOKEN and an API key")


def proxy(patient: Patient) -> Found:
    """Which proxy is on the way, and which variable says so; never its password."""
    environ = patient.context.environ
    urls = outside(patient)
    if not urls:
        return Found("none: everything is on this machine")
    ways = {url: proxy_for(url, environ) for url in urls}
    used = list(dict.fromkeys(one for one in ways.values() if one is not None))
    direct = [url for url, one in ways.items() if one is None]
    said = "; ".join(f"{one.variable} names {one.connects_to}" for one in used) or "none"
    if used and direct:
        said = f"{said}; not for {len(direct)} of {len(urls)} addresses (NO_PROXY)"
    wrong = unusable_exceptions(environ)
    if wrong:
        hint = "write hosts, addresses or networks, separated by commas"
        return Found(f"{said}; {'; '.join(wrong)}", Status.WARNING, hint)
    return Found(said)


def certificates(patient: Patient) -> Found:
    """Which authorities are trusted, and that they can be loaded."""
    environ = patient.context.environ
    emulated = patient.where.target.endpoint == EMULATOR
    if emulated or not any(url.lower().startswith("https:") for url in patient.urls.values()):
        return Found("none needed: nothing is asked over https")
    check_certificates(environ)
    named = next((one for one in (CERTIFICATES, FOLDER) if environ.get(one)), None)
    return Found(f"those that {named} names" if named else "the usual authorities (certifi)")


def _problems(error: InvalidInput) -> AepctlError:
    """The problems on one line: where they are, and what."""
    places = [
        f"{one.origin.file}:{one.origin.line}: {one.message}"
        if one.origin.line
        else f"{one.origin.file}: {one.message}"
        for one in error.problems
    ]
    hints = {one.hint for one in error.problems if one.hint}
    hint = "`aepctl validate` shows each with its line" if len(hints) != 1 else hints.pop()
    return AepctlError(listed(places, 2), hint=hint, code=error.code)
