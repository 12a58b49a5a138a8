"""The way to the platform: names, connections with their certificates, and its clock."""

from datetime import timedelta
from urllib.parse import urlsplit

from aepctl.aep.advice import unreached
from aepctl.errors import AepctlError
from aepctl.model.checkup import Status
from aepctl.model.target import EMULATOR
from aepctl.operations.context import emulated
from aepctl.operations.doctor.patient import EXCHANGE_SECONDS, Found, Patient, about, within
from aepctl.project.proxies import proxy_for
from aepctl.project.urls import is_loopback
from aepctl.replies import Reply, Response
from aepctl.transport import Exchanged, TransportFactory, http_trace

SKEW = timedelta(minutes=1)
"""A difference of the clocks that is told."""
PORTS = {"https": 443, "http": 80}
UNREACHABLE = "platform-unreachable"
MARGIN_SECONDS = 1.0
"""An exchange ends by itself; what is above it waits so much longer."""


def outside(patient: Patient) -> list[str]:
    """The addresses that are not on this machine."""
    if patient.where.target.endpoint == EMULATOR:
        return []
    urls = patient.urls.values()
    return [url for url in urls if not is_loopback(urlsplit(url).hostname or "")]


def factory_of(patient: Patient) -> TransportFactory:
    """What makes connections for all checks, and remembers what was exchanged."""
    context = patient.context
    tell = http_trace(context.log)

    def heard(one: Exchanged) -> None:
        patient.exchanges.append(one)
        if tell is not None:
            tell(one)

    return TransportFactory(
        timeout_seconds=EXCHANGE_SECONDS, clock=context.clock, environ=context.environ, trace=heard
    )


def names(patient: Patient) -> Found:
    """Each host has an address; behind a proxy, the proxy has."""
    patient.factory = factory_of(patient)
    if patient.where.target.endpoint == EMULATOR:
        running = emulated(patient.where, makes=False)
        patient.environment = patient.stack.enter_context(running)
        return Found("none to be looked up: the emulator runs")
    environ, known = patient.context.environ, patient.factory.names
    asked: dict[str, int] = {}
    for url in outside(patient):
        parts, way = urlsplit(url), proxy_for(url, environ)
        host = (parts.hostname or "") if way is None else way.host
        asked[host] = way.port if way else parts.port or PORTS[parts.scheme.lower()]
    if not asked:
        return Found("none to be looked up")

    def ask(host: str, port: int) -> str:
        try:
            count = len(known.addresses(host, port, EXCHANGE_SECONDS))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise AepctlError(
                f"{host}: {reason}",
                hint="check the name, and whether this machine can look names up; in a company, "
                "HTTPS_PROXY may have to name its proxy",
                code=UNREACHABLE,
            ) from error
        return f"{host} has {count} address{'es' * (count != 1)}"

    works = [lambda host=host, port=port: ask(host, port) for host, port in asked.items()]
    return Found(", ".join(_sound(within(EXCHANGE_SECONDS + MARGIN_SECONDS, works))))


def connections(patient: Patient) -> Found:
    """Each server answers, and its certificate is trusted. Nothing is said there but hello."""
    factory = patient.factory or factory_of(patient)
    settings: dict[str, str] = {}
    for name, url in patient.urls.items():
        parts = urlsplit(url)
        settings.setdefault(f"{parts.scheme}://{parts.netloc}/", name)

    def ask(url: str, setting: str) -> str:
        transport = factory.transport()
        try:
            reply = transport.send("GET", url, {"Accept": "*/*"}, None)
        finally:
            transport.close()
        return _greeting(patient, url, setting, reply)

    works = [lambda url=url, name=name: ask(url, name) for url, name in settings.items()]
    return Found("; ".join(_sound(within(EXCHANGE_SECONDS + MARGIN_SECONDS, works))))


def clock(patient: Patient) -> Found:
    """This machine's clock against what the servers say; the smallest difference counts."""
    differences = [
        one.at - one.date - timedelta(seconds=one.seconds / 2)
        for one in tuple(patient.exchanges)
        if one.date is not None and one.at is not None
    ]
    if not differences:
        return Found("not checked: no answer says what time it is there", Status.SKIPPED)
    ahead = min(differences, key=abs)
    if abs(ahead) <= SKEW:
        return Found("as the platform's, to within a minute")
    way = "ahead of" if ahead > timedelta() else "behind"
    return Found(
        f"{about(abs(ahead).total_seconds())} {way} the platform's",
        Status.WARNING,
        "set this machine's clock: certificates and tokens are judged by it (waits are not)",
    )


def _sound(answers: list[str | AepctlError | None]) -> list[str]:
    """What was said. Raises the first error."""
    said = []
    for one in answers:
        if isinstance(one, AepctlError):
            raise one
        if one is None:
            raise AepctlError("no answer in time", hint="check the network", code=UNREACHABLE)
        said.append(one)
    return said


def _greeting(patient: Patient, url: str, setting: str, reply: Reply) -> str:
    """Who answers there. Raises AepctlError where nobody does."""
    host = urlsplit(url).netloc.rsplit("@", 1)[-1]
    if not isinstance(reply, Response):
        raise AepctlError(
            f"{host}: {reply.reason}", hint=_cure(reply.reason, setting), code=UNREACHABLE
        )
    peer = next((one.peer for one in tuple(patient.exchanges) if one.url == url), None)
    if peer is None:
        return f"{host} answers"
    return f"{host}: {peer.version}, certificate of {peer.issuer}, good until {peer.until}"


def _cure(reason: str, setting: str) -> str:
    if "certificate" in reason:
        return (
            f"check `{setting}`; where a company's proxy opens connections, SSL_CERT_FILE has to "
            "name a file with the company's own authorities"
        )
    return unreached(reason, setting)
