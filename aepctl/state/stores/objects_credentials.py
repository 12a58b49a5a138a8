"""Credentials that obstore cannot find by itself, from the vendors' own libraries.

Profiles, SSO and assumed roles of AWS come from boto3 where it is installed, and workload identity
federation of Google from google-auth. What is given by variables needs neither.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from aepctl.errors import AepctlError
from aepctl.state.stores.objects_address import GCS, S3, Address
from aepctl.texts import json_of

RENEWED = timedelta(minutes=8)
"""What boto3 hands out is good for ten minutes at least."""
OWN_TYPES = frozenset({"service_account", "authorized_user"})
"""The files of Google's that obstore reads."""
LONGEST_FILE = 1_000_000


def provider(address: Address, config: Mapping[str, str], environ: Mapping[str, str]) -> Any:
    """What obstore asks for credentials; None: it finds them itself. Raises AepctlError."""
    if address.kind is S3 and "access_key_id" not in config:
        return _boto3(address, environ.get("AWS_PROFILE"))
    if address.kind is GCS and _federated(config):
        return _google(address)
    return None


def _boto3(address: Address, profile: str | None) -> Any:
    try:
        boto3, auth = import_module("boto3"), import_module("obstore.auth.boto3")
        failures = import_module("botocore.exceptions")
    except ImportError:
        if not profile:
            return None
        raise AepctlError(
            f"{address}: AWS_PROFILE is read by boto3, which is not installed",
            hint="pip install boto3, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            code="not-installed",
        ) from None
    try:
        session = boto3.Session(profile_name=profile)
        return auth.Boto3CredentialProvider(session, ttl=RENEWED)
    except (failures.BotoCoreError, ValueError) as error:
        kind = type(error).__name__  # its text may hold anything
    raise AepctlError(
        f"{address}: boto3 finds no credentials ({kind})",
        hint="try `aws sts get-caller-identity`; see AWS_PROFILE, or set AWS_ACCESS_KEY_ID and"
        " AWS_SECRET_ACCESS_KEY",
        code="store-access",
    )


def _federated(config: Mapping[str, str]) -> bool:
    """Whether GOOGLE_APPLICATION_CREDENTIALS names a file that obstore does not read."""
    path = config.get("google_application_credentials")
    if path is None or "service_account" in config or "service_account_key" in config:
        return False
    try:
        with Path(path).open("rb") as file:
            content = json_of(file.read(LONGEST_FILE))
    except (OSError, ValueError):
        return False  # obstore's to refuse
    return isinstance(content, dict) and content.get("type") not in OWN_TYPES


def _google(address: Address) -> Any:
    try:
        auth = import_module("obstore.auth.google")
        failures = import_module("google.auth.exceptions")
    except ImportError:
        raise AepctlError(
            f"{address}: credentials of this type are read by google-auth, which is not installed",
            hint="pip install google-auth requests",
            code="not-installed",
        ) from None
    try:
        return auth.GoogleCredentialProvider()
    except (failures.GoogleAuthError, OSError, ValueError) as error:
        kind = type(error).__name__
    raise AepctlError(
        f"{address}: google-auth cannot use the file of GOOGLE_APPLICATION_CREDENTIALS ({kind})",
        hint="make it anew: `gcloud iam workload-identity-pools create-cred-config --help`",
        code="store-access",
    )
