"""Variables that name certificates are checked before anything else happens."""

import os
import ssl
from pathlib import Path

import pytest

from aepctl.errors import AepctlError
from aepctl.project.certificates import check_certificates


def refusal(**environ: str) -> AepctlError:
    with pytest.raises(AepctlError) as caught:
        check_certificates(environ)
    assert caught.value.exit_code == 1
    return caught.value


def test_without_a_variable_there_is_nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "create_default_context", None)
    check_certificates({})
    check_certificates({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""})


def test_a_file_of_certificates_and_a_folder_are_good(tmp_path: Path) -> None:
    check_certificates({"SSL_CERT_DIR": str(tmp_path)})


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_a_file_without_any_is_named_by_its_variable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret-name.pem"
    if content is not None:
        path.write_bytes(content)
    error = refusal(SSL_CERT_FILE=str(path))
    assert error.message.startswith("the certificates cannot be loaded: ")
    assert error.message.endswith("; set: SSL_CERT_FILE")
    assert error.hint == "let SSL_CERT_FILE name what can be read, or unset it"
    assert "secret-name" not in error.message


def test_what_may_have_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        said = "the certificates cannot be loaded: not a regular file; set: SSL_CERT_FILE"
        assert refusal(SSL_CERT_FILE=str(path)).message == said


def test_a_path_that_is_none_is_no_bug() -> None:
    assert refusal(SSL_CERT_FILE="a\0b").message.endswith("set: SSL_CERT_FILE")


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert refusal(SSL_CERT_DIR=str(tmp_path / name)).message.endswith("set: SSL_CERT_DIR")


def test_a_file_for_keys_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "no folder" / "keys")
    monkeypatch.setenv("SSLKEYLOGFILE", path)
    assert refusal(SSLKEYLOGFILE=path).message.endswith("set: SSLKEYLOGFILE")
