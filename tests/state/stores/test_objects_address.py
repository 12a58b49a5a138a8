"""Addresses of objects: what is taken, and what is refused without showing anything secret."""

import pytest

from aepctl.errors import AepctlError
from aepctl.state.stores.objects_address import read_address


@pytest.mark.parametrize(
    ("text", "bucket", "key", "options"),
    [
        ("s3://team-state/aepctl/prod.json", "team-state", "aepctl/prod.json", {}),
        ("s3://b.c_d/k?region=eu-central-1", "b.c_d", "k", {"region": "eu-central-1"}),
        (
            "s3://b-b/k.json?endpoint=https://minio.example.com:9000/&region=auto",
            "b-b",
            "k.json",
            {"endpoint": "https://minio.example.com:9000", "region": "auto"},
        ),
        (
            "s3://b-b/k?endpoint=http://127.0.0.1:9000",
            "b-b",
            "k",
            {"endpoint": "http://127.0.0.1:9000"},
        ),
        ("gs://b-b/a/b/c=1,+~.json", "b-b", "a/b/c=1,+~.json", {}),
        (
            "az://states/prod.json?account=teamstate",
            "states",
            "prod.json",
            {"account": "teamstate"},
        ),
    ],
)
def test_an_address_says_bucket_key_and_options(
    text: str, bucket: str, key: str, options: dict[str, str]
) -> None:
    address = read_address(text)
    assert (address.bucket, address.key, dict(address.options)) == (bucket, key, options)
    assert str(address) == text.partition("?")[0]


def test_a_scheme_may_be_in_capitals() -> None:
    assert str(read_address("S3://bucket/Key")) == "s3://bucket/Key"


WRONG = [
    ("s3:/bucket/key", "begins with s3://, gs:// or az://"),
    ("s4://bucket/key", "begins with s3://, gs:// or az://"),
    ("s3://", "no name of a bucket"),
    ("s3:///key", "no name of a bucket"),
    ("az:///key", "no name of a container"),
    ("s3://b/key", "is no name of a bucket: letters, digits and - _ . between two"),
    ("az://states-/key", "is no name of a container"),
    ("s3://bucket", "no usable key"),
    ("s3://bucket/", "no usable key"),
    ("s3://bucket/folder/", "no usable key"),
    ("s3://bucket//key", "no usable key"),
    ("s3://bucket/a/../key", "no usable key"),
    ("s3://bucket/a b", "no usable key"),
    ("s3://bucket/a%20b", "no usable key"),
    ("s3://bucket/schlüssel", "no usable key"),
    ("s3://bucket/" + "k" * 901, "no usable key"),
    ("s3://bucket/key#part", "no part behind `#`"),
    ("s3://bucket:443/key", "no user, password or port"),
    ("s3://bucket/key?region", "NAME=VALUE"),
    ("s3://bucket/key?region=", "the option `region` has no usable value"),
    ("s3://bucket/key?region=EU", "the option `region` has no usable value"),
    ("s3://bucket/key?region=a-a&region=b-b", "the option `region` is there twice"),
    ("s3://bucket/key?zone=a", "no option `zone` for s3:// (known: `region` and `endpoint`)"),
    ("gs://bucket/key?region=a", "no option `region` for gs:// (known: none)"),
    ("az://states/key?region=a", "no option `region` for az:// (known: `account` and `endpoint`)"),
    ("s3://bucket/key?endpoint=http://minio.example.com", "plain http is for this machine"),
    ("s3://bucket/key?endpoint=minio.example.com", "the option `endpoint`: a URL such as"),
    ("s3://bucket/key?endpoint=https://h.example.com/%3Fa", "the option `endpoint`: a plain URL"),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_is_no_address_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(AepctlError) as caught:
        read_address(text)
    assert told in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "s3://test-id:test-secret@bucket/key",
        "s3://test-id:test/secret@bucket/key",
        "s3://test-secret@bucket/key",
        "s3://bucket/key?test-secret=1",
        "s3://bucket/key?secret=test-secret",
        "s3://bucket/key?endpoint=https://test-id:test-secret@minio.example.com",
        "s3://bucket/key?region=TEST-SECRET test-secret",
        "az://states/key?sv=2021-08-06&sig=test-secret",
        "test-secret://bucket/key",
    ],
)
def test_what_may_be_a_credential_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(AepctlError) as caught:
        read_address(text)
    error = caught.value
    shown = f"{error.message} {error.hint} {error!r} {error.__cause__!r}"
    assert "secret" not in shown.replace("`secret`", "").lower()
