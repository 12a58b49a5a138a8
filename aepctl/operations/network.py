"""What the environment variables say about the way to the platform, before anything is locked."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aepctl.model.target import EMULATOR
from aepctl.project.certificates import check_certificates
from aepctl.project.environment import Environment
from aepctl.project.proxies import proxy_for, unusable_exceptions
from aepctl.project.urls import is_loopback


def check_network(environment: Environment, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Warnings about what is passed over. Raises AepctlError that names the variable to mend.

    What is on this machine needs neither proxies nor, without https, certificates.
    """
    if environment.target.endpoint == EMULATOR:
        return ()
    urls = (environment.ais_url, environment.ups_url, environment.ims_url)
    if any(urlsplit(url).scheme == "https" for url in urls):
        check_certificates(environ)
    outside = [url for url in urls if not is_loopback(urlsplit(url).hostname or "")]
    for url in outside:
        proxy_for(url, environ)
    return unusable_exceptions(environ) if outside else ()
