"""Where the settings and credentials of objects come from, and what is said where they do not."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import obstore.store
import pytest
from obstore.exceptions import GenericError
from raw_server import RawServer, Step, Wire, answer, http

from aepctl.errors import AepctlError, StateError, StateNotWritten
from aepctl.state.stores.objects import open_objects
from aepctl.state.stores.objects_access import STORES, VARIABLES, settings
from aepctl.state.stores.objects_address import read_address

S3 = "s3://states/prod.json"
GOOGLE = "gs://states/prod.json"
AZURE = "az://states/prod.json?account=teamstate"
KEYS = {"AWS_ACCESS_KEY_ID": "test-id", "AWS_SECRET_ACCESS_KEY": "test-secret"}


@pytest.fixture(autouse=True)
def no_credentials_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 and obstore look into files and ask the machine by themselves."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


SETTINGS = [
    (
        S3,
        {"AWS_ACCESS_KEY_ID": "test-id", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "x"},
        {"access_key_id": "test-id", "region": "eu-west-1"},
    ),
    (f"{S3}?region=eu-west-2", {"AWS_REGION": "eu-west-1"}, {"region": "eu-west-2"}),
    (S3, {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, {"region": "eu-west-1"}),
    (
        S3,
        {
            "AWS_ENDPOINT_URL": "https://a.example.com",
            "AWS_ENDPOINT_URL_S3": "https://b.example.com",
        },
        {"endpoint": "https://b.example.com"},
    ),
    (
        f"{S3}?endpoint=https://c.example.com",
        {"AWS_ENDPOINT_URL": "not even a URL"},
        {"endpoint": "https://c.example.com"},
    ),
    (
        "az://states/prod.json",
        {"AZURE_STORAGE_ACCOUNT": "teamstate", "AZURE_STORAGE_KEY": "dGVzdA=="},
        {"account_name": "teamstate", "account_key": "dGVzdA=="},
    ),
    (AZURE, {"AZURE_STORAGE_ACCOUNT_NAME": "other"}, {"account_name": "teamstate"}),
    (
        GOOGLE,
        {"GOOGLE_APPLICATION_CREDENTIALS": "adc.json"},
        {"google_application_credentials": "adc.json"},
    ),
]


@pytest.mark.parametrize(("address", "environ", "expected"), SETTINGS)
def test_an_option_comes_before_a_variable_and_an_empty_one_is_none(
    address: str, environ: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    config, plain = settings(read_address(address), environ)
    assert config == expected
    assert not plain


@pytest.mark.parametrize("scheme", VARIABLES)
def test_every_setting_is_one_of_obstores(scheme: str) -> None:
    """Of the oldest version that is taken, too."""
    for name in VARIABLES[scheme]:
        if (scheme, name) != ("gs", "endpoint"):  # it becomes another
            with suppress(GenericError):  # the value is no good
                getattr(obstore.store, STORES[scheme])("states", config={name: "x"})


@pytest.mark.parametrize(
    ("address", "environ"),
    [
        (f"{S3}?endpoint=http://localhost:9000", {}),
        (S3, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"}),
        (GOOGLE, {"STORAGE_EMULATOR_HOST": "http://[::1]:4443"}),
        (AZURE, {"AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:10000/devstoreaccount1"}),
    ],
)
def test_plain_http_is_spoken_with_this_machine(address: str, environ: Mapping[str, str]) -> None:
    _, plain = settings(read_address(address), environ)
    assert plain


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_plain_http_is_not_handed_to_a_proxy(proxy: str) -> None:
    address = f"{S3}?endpoint=http://127.0.0.1:9000"
    through = {proxy: "http://user:test-secret@proxy.example.com:3128"}
    with pytest.raises(AepctlError, match=f"{proxy} would carry to a proxy") as caught:
        open_objects(address, through)
    assert caught.value.hint == "set NO_PROXY=127.0.0.1"
    assert "test-secret" not in caught.value.message
    for entries in ("127.0.0.1", "example.org, 127.0.0.1", "*"):
        open_objects(address, {**through, **KEYS, "NO_PROXY": entries})
    open_objects(f"{S3}?endpoint=https://minio.example.com", {**through, **KEYS})


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (S3, "AWS_ENDPOINT_URL"),
        (GOOGLE, "STORAGE_EMULATOR_HOST"),
        (AZURE, "AZURE_STORAGE_ENDPOINT"),
    ],
)
@pytest.mark.parametrize(
    "value", ["http://minio.example.com", "https://test-id:test-secret@minio.example.com", "x"]
)
def test_an_endpoint_that_is_no_good_is_refused_by_the_name_of_its_variable(
    address: str, name: str, value: str
) -> None:
    with pytest.raises(AepctlError, match=f"the variable {name}: ") as caught:
        open_objects(address, {name: value})
    assert "test-" not in caught.value.message


def test_azure_has_to_be_told_the_account() -> None:
    with pytest.raises(AepctlError, match="the storage account is not named") as caught:
        open_objects("az://states/prod.json", {})
    assert "AZURE_STORAGE_ACCOUNT_NAME" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("address", "environ"),
    [
        (AZURE, {"AZURE_STORAGE_ACCOUNT_KEY": "test secret, no base64"}),
        (GOOGLE, {"GOOGLE_SERVICE_ACCOUNT_KEY": '{"private_key": "test secret"}'}),
        (GOOGLE, {"GOOGLE_SERVICE_ACCOUNT": "/no/such/test secret.json"}),
    ],
)
def test_what_obstore_cannot_use_is_told_by_the_variables_name(
    address: str, environ: Mapping[str, str]
) -> None:
    with pytest.raises(AepctlError) as caught:
        open_objects(address, environ)
    error = caught.value
    assert next(iter(environ)) in (error.hint or "")
    assert "secret" not in f"{error.message} {error.hint} {error.__cause__} {error.__context__}"


@pytest.mark.parametrize(("address", "extra"), [(S3, "s3"), (GOOGLE, "gcs"), (AZURE, "azure")])
def test_without_obstore_the_extra_to_install_is_named(
    address: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(AepctlError) as caught:
        open_objects(address, {})
    assert caught.value.hint == f"pip install 'aepctl[{extra}]'"


def test_boto3_is_asked_where_no_variable_says_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile's key signs the request."""
    pytest.importorskip("boto3", reason="boto3 is optional")
    credentials = tmp_path / "credentials"
    credentials.write_text(
        "[team]\naws_access_key_id = test-of-profile\naws_secret_access_key = test-secret\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    with RawServer(answer(403)) as server:
        address = f"{S3}?region=us-east-1&endpoint={server.url}"
        store = open_objects(address, {"AWS_PROFILE": "team"}, seconds=5)
        with pytest.raises(StateNotWritten, match="forbidden"):
            store.put(b"{}\n", None, "")
    signed = server.requests[0].header("authorization") or ""
    assert "Credential=test-of-profile/" in signed


@pytest.mark.parametrize("environ", [{}, {"AWS_PROFILE": "no-such-profile"}])
def test_what_boto3_does_not_find_is_told(environ: Mapping[str, str]) -> None:
    pytest.importorskip("boto3", reason="boto3 is optional")
    with pytest.raises(AepctlError, match="boto3 finds no credentials") as caught:
        open_objects(S3, environ)
    assert "AWS_ACCESS_KEY_ID" in (caught.value.hint or "")


def test_a_profile_without_boto3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(AepctlError, match="AWS_PROFILE is read by boto3") as caught:
        open_objects(S3, {"AWS_PROFILE": "team"})
    assert "pip install boto3" in (caught.value.hint or "")


def test_a_machine_without_a_role_is_told_and_nothing_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without boto3, obstore asks the machine's own service; a failure there is no failed write."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    with RawServer(answer(500), answer(500)) as service, RawServer() as server:
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", service.url)
        store = open_objects(f"{S3}?region=us-east-1&endpoint={server.url}", {}, seconds=5)
        with pytest.raises(StateNotWritten, match="no usable credentials") as caught:
            store.put(b"{}\n", None, "")
    assert type(caught.value) is StateNotWritten
    assert "AWS_ACCESS_KEY_ID" in (caught.value.hint or "")
    assert server.connections == 0


@pytest.mark.rig
def test_credentials_that_take_their_time_are_part_of_the_time_that_a_write_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three answers, each in time; together they are not, and the write is never sent."""
    key = {"AccessKeyId": "test-id", "SecretAccessKey": "test-secret", "Token": "test-token"}
    until = {"Expiration": "2099-01-01T00:00:00Z", "Code": "Success"}

    def slowly(body: str) -> Step:
        def step(wire: Wire) -> None:
            wire.receive()
            wire.server.released.wait(0.8)
            wire.send(http(200, body))

        return step

    monkeypatch.setitem(sys.modules, "boto3", None)
    script = [slowly(body) for body in ("test-token", "role", json.dumps(key | until))]
    with RawServer(*script) as service, RawServer() as server:
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", service.url)
        store = open_objects(f"{S3}?region=us-east-1&endpoint={server.url}", {}, seconds=1)
        with pytest.raises(StateNotWritten, match="no whole answer in time"):
            store.put(b"{}\n", None, "")
        service.wait_closed()
    assert server.connections == 0


def test_plain_http_that_no_endpoint_asked_for_is_not_spoken() -> None:
    """A file of credentials may name any address."""
    with RawServer() as server:
        key = dict.fromkeys(("private_key", "private_key_id", "client_email"), "")
        told = json.dumps({**key, "gcs_base_url": server.url, "disable_oauth": True})
        store = open_objects(GOOGLE, {"GOOGLE_SERVICE_ACCOUNT_KEY": told}, seconds=5)
        with pytest.raises(StateError, match="cannot be read"):
            store.get()
    assert server.connections == 0


def test_federated_credentials_of_google_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.auth", None)
    file = tmp_path / "federated.json"
    file.write_text(json.dumps({"type": "external_account"}))
    with pytest.raises(AepctlError, match="are read by google-auth") as caught:
        open_objects(GOOGLE, {"GOOGLE_APPLICATION_CREDENTIALS": str(file)})
    assert caught.value.hint == "pip install google-auth requests"


def test_a_store_shows_no_credentials() -> None:
    store = open_objects(S3, KEYS)
    assert store.where == S3
    assert "test-" not in f"{store!r} {store} {vars(store)}"


def test_google_asks_for_a_second_between_two_writes() -> None:
    assert open_objects(GOOGLE, {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:1"}).pause_seconds == 1
    assert open_objects(AZURE, {"AZURE_STORAGE_ACCOUNT_KEY": "dGVzdA=="}).pause_seconds == 0
