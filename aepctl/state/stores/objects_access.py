"""The clients of the object stores: their settings, from the address and the environment variables.

obstore reads the usual variables of each store by itself; here stand those that matter to us, or
that have several names.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from aepctl.errors import AepctlError
from aepctl.state.stores.objects_address import AZURE, GCS, S3, Address, checked_endpoint, is_plain
from aepctl.state.stores.objects_credentials import provider

VARIABLES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        S3.scheme: {
            "access_key_id": ("AWS_ACCESS_KEY_ID",),
            "secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
            "token": ("AWS_SESSION_TOKEN",),
            "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
            "endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
        },
        GCS.scheme: {
            "service_account": ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"),
            "service_account_key": ("GOOGLE_SERVICE_ACCOUNT_KEY",),
            "google_application_credentials": ("GOOGLE_APPLICATION_CREDENTIALS",),
            "endpoint": ("STORAGE_EMULATOR_HOST",),
        },
        AZURE.scheme: {
            "account_name": ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"),
            "account_key": ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY"),
            "sas_token": ("AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_SAS_KEY"),
            "endpoint": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
        },
    }
)
"""A setting of obstore's: the variables that say it, of which the first one that is set counts."""
SETTINGS = MappingProxyType({"account": "account_name"})
"""Options of an address that obstore calls otherwise."""
STORES = MappingProxyType({"s3": "S3Store", "gs": "GCSStore", "az": "AzureStore"})
KEPT_SECONDS = 5
"""An idle connection is not used again after this: the server may be about to close it."""


def client(address: Address, environ: Mapping[str, str], *, seconds: float) -> Any:
    """obstore's store for the bucket. Nothing is sent yet. Raises AepctlError."""
    try:
        stores = import_module("obstore.store")
        errors = import_module("obstore.exceptions")
    except ImportError:
        raise AepctlError(
            f"{address}: a package that aepctl needs for {address.kind.scheme}:// is not installed",
            hint=f"pip install 'aepctl[{address.kind.extra}]'",
            code="not-installed",
        ) from None
    config, plain = settings(address, environ)
    source = provider(address, config, environ)
    more = {} if source is None else {"credential_provider": source}
    try:
        return getattr(stores, STORES[address.kind.scheme])(
            address.bucket,
            config=config,
            client_options={
                "timeout": f"{seconds * 900:.0f}ms",  # before ours: it says what it was
                "connect_timeout": f"{seconds * 500:.0f}ms",
                "pool_idle_timeout": f"{KEPT_SECONDS}s",
                "allow_http": plain,
            },
            # A write that was committed unheard, repeated, looks like somebody else's.
            retry_config={"max_retries": 0},
            **more,
        )
    except (errors.BaseError, OSError, ValueError):
        pass  # its text may hold a key
    raise AepctlError(
        f"{address}: the settings in the environment variables cannot be used",
        hint=f"see the values of {_named(address, environ)}",
        code="store-access",
    )


def settings(address: Address, environ: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """obstore's settings, and whether plain http is spoken, which only this machine may be asked.

    Raises AepctlError.
    """
    known = VARIABLES[address.kind.scheme]
    found = {name: _first(names, environ) for name, names in known.items()}
    config = {name: environ[variable] for name, variable in found.items() if variable}
    if "endpoint" in config and "endpoint" not in address.options:
        said = f"the variable {found['endpoint']}"
        config["endpoint"] = checked_endpoint(address.kind, said, config["endpoint"])
    config |= {SETTINGS.get(name, name): value for name, value in address.options.items()}
    plain = is_plain(config.get("endpoint"))
    if plain:
        _reached_directly(address, config["endpoint"], environ)
    if address.kind is AZURE and not config.get("account_name"):
        raise AepctlError(
            f"{address}: the storage account is not named",
            hint=f"write {address}?account=NAME, or set AZURE_STORAGE_ACCOUNT_NAME",
            code="state-address",
        )
    if address.kind is GCS and "endpoint" in config:
        config = {"service_account_key": _emulated(config["endpoint"])}
    return config, plain


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    return next((name for name in names if environ.get(name)), None)


def _reached_directly(address: Address, endpoint: str, environ: Mapping[str, str]) -> None:
    """Plain http does not leave this machine; obstore would send it to a proxy. Raises."""
    host = urlsplit(endpoint).hostname or ""
    passed_by = f"{environ.get('NO_PROXY', '')},{environ.get('no_proxy', '')}"
    entries = {entry.strip() for entry in passed_by.split(",")}
    proxy = _first(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), environ)
    if proxy and not entries & {host, "*"}:
        raise AepctlError(
            f"{address}: {proxy} would carry to a proxy what is for this machine only",
            hint=f"set NO_PROXY={host}",
            code="proxy-unusable",
        )


def _emulated(endpoint: str) -> str:
    """How obstore is told of an emulator of Google's: it asks for no credentials."""
    empty = dict.fromkeys(("private_key", "private_key_id", "client_email"), "")
    return json.dumps({**empty, "gcs_base_url": endpoint, "disable_oauth": True})


def _named(address: Address, environ: Mapping[str, str]) -> str:
    """The variables that were used, or, if there are none, those that could be."""
    names = [name for group in VARIABLES[address.kind.scheme].values() for name in group]
    used = [name for name in names if environ.get(name)]
    return ", ".join(used or names)
