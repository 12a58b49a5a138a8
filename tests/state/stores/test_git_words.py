"""The pure parts of the Git engine: addresses, what a git says, and objects as bytes."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.errors import AepctlError
from aepctl.state.stores.git.address import GitAddress, parse_address
from aepctl.state.stores.git.answers import Pushed, absent, no_such_branch, pushed
from aepctl.state.stores.git.objects import Unreadable, blob_name, seen
from aepctl.state.stores.git.process import MAX_TOLD, Answer
from aepctl.state.stores.git.reasons import reason, said


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "repository", "is_remote"),
        [
            ("git:origin", "origin", True),
            ("git:team/up-stream.1", "team/up-stream.1", True),
            ("git:https://host/repo.git", "https://host/repo.git", False),
            ("git:https://host:8443/a/repo", "https://host:8443/a/repo", False),
            ("git:http://127.0.0.1:80/repo", "http://127.0.0.1:80/repo", False),
            ("git:ssh://git@host:22/team/repo.git", "ssh://git@host:22/team/repo.git", False),
            ("git:git@host:team/repo.git", "git@host:team/repo.git", False),
            ("git:host:repo", "host:repo", False),
            ("git:file:///srv/repo.git", "file:///srv/repo.git", False),
        ],
    )
    def test_what_it_names(self, address: str, repository: str, is_remote: bool) -> None:
        assert parse_address(address, "prod.json") == GitAddress(
            repository, is_remote, "aepctl-state", "prod.json"
        )

    def test_options_name_branch_and_file(self) -> None:
        found = parse_address("git:origin?path=eu%2Fprod%20x.json&branch=st/a", "x.json")
        assert (found.branch, found.path, found.ref) == (
            "st/a",
            "eu/prod x.json",
            "refs/heads/st/a",
        )
        assert str(found) == "git:origin (branch st/a, eu/prod x.json)"

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("git:", "neither a remote nor a URL"),
            ("git:/srv/repo.git", "neither a remote nor a URL"),
            ("git:../repo.git", "neither a remote nor a URL"),
            ("git:-u:repo", "neither a remote nor a URL"),
            ("git:host:-oProxyCommand=x", "neither a remote nor a URL"),
            ("git:ftp://host/repo", "no URL that is taken"),
            ("git:ext::sh -c x", "neither a remote nor a URL"),
            ("git:https://host:x/repo", "no URL that is taken"),
            ("git:https://host", "names no repository"),
            ("git:ssh://-oProxyCommand=x/repo", "names no repository"),
            ("git:file://host/repo", "names no folder of this machine"),
            ("git:http://host/repo.git", "in the clear"),
            ("git:origin#x", "has no meaning"),
            ("git:origin?brunch=x", "`brunch` is no option"),
            ("git:origin?branch=a&branch=b", "twice"),
            ("git:origin?branch=", "no name of a branch"),
            ("git:origin?branch=a..b", "no name of a branch"),
            ("git:origin?branch=-x", "no name of a branch"),
            ("git:origin?branch=x.lock", "no name of a branch"),
            ("git:origin?branch=a%20b", "no name of a branch"),
            ("git:origin?path=", "no path of a file"),
            ("git:origin?path=/a", "no path of a file"),
            ("git:origin?path=../a", "no path of a file"),
            ("git:origin?path=a/.GIT/config", "no path of a file"),
            ("git:origin?path=a%0Ab", "no path of a file"),
        ],
    )
    def test_what_is_wrong_is_said_with_what_to_write(self, address: str, why: str) -> None:
        with pytest.raises(AepctlError, match=why) as caught:
            parse_address(address, "prod.json")
        assert caught.value.hint

    @pytest.mark.parametrize("scheme", ["https", "http", "ssh", "ftp"])
    def test_a_password_is_refused_and_not_shown(self, scheme: str) -> None:
        for address in (
            f"git:{scheme}://u:test-token@host/r",
            f"git:{scheme}://u:test-token@host/?x",
        ):
            with pytest.raises(AepctlError) as caught:
                parse_address(address, "prod.json")
            assert "test-token" not in f"{caught.value.message} {caught.value.hint}"

    def test_a_user_may_be_a_token_unless_it_is_one_of_ssh(self) -> None:
        with pytest.raises(AepctlError, match="may not stand") as caught:
            parse_address("git:https://test-token@host/repo.git", "prod.json")
        assert "test-token" not in f"{caught.value.message} {caught.value.hint}"

    @given(st.text())
    def test_any_branch_that_is_taken_is_one_that_git_takes(self, branch: str) -> None:
        from urllib.parse import quote

        try:
            found = parse_address(f"git:origin?branch={quote(branch, safe='')}", "a.json")
        except AepctlError:
            return
        try:
            words = ["git", "check-ref-format", found.ref]
            assert subprocess.run(words, check=False).returncode == 0
        except UnicodeEncodeError:  # half a character is no name for a process
            return


PACK = "Enumerating objects: 3, done.\n"
ROW = "To https://host/r\n!\tabc:refs/heads/aepctl-state\t{}\nDone\n"


def answer(row: str = "", told: str = "", code: int | None = 1) -> Answer:
    return Answer(code, ROW.format(row).encode() if row else b"", told)


class TestPushed:
    def test_taken(self) -> None:
        out = b"To file:///x\n*\tabc:refs/heads/aepctl-state\t[new branch]\nDone\n"
        assert pushed(Answer(0, out, PACK))[0] is Pushed.DONE

    @pytest.mark.parametrize("why", ["stale info", "fetch first", "non-fast-forward"])
    def test_the_lease_failed_before_anything_was_sent(self, why: str) -> None:
        assert pushed(answer(f"[rejected] ({why})"))[0] is Pushed.STALE

    @pytest.mark.parametrize(
        "why",
        [
            "failed to update ref",
            "incorrect old value provided",
            "reference already exists",
            "cannot lock ref 'refs/heads/aepctl-state': is at 1 but expected 2",
        ],
    )
    def test_the_server_has_another_commit(self, why: str) -> None:
        assert pushed(answer(f"[remote rejected] ({why})", PACK))[0] is Pushed.MOVED

    @pytest.mark.parametrize(
        "why",
        ["pre-receive hook declined", "protected branch hook declined", "unpacker error", "hm"],
    )
    def test_the_server_refuses(self, why: str) -> None:
        what, told = pushed(answer(f"[remote rejected] ({why})", PACK + "remote: GH006: no\n"))
        assert what is Pushed.REFUSED
        assert f"({why}): GH006: no" in told.why

    @pytest.mark.parametrize(
        "told",
        [
            "fatal: unable to access 'https://h/': Could not resolve host: h",
            "ssh: connect to host h port 22: Connection refused",
            "remote: Permission to a/b.git denied.\nfatal: The requested URL returned error: 403",
            "git@h: Permission denied (publickey).",
            "fatal: something new",
        ],
    )
    def test_without_a_pack_nothing_was_sent(self, told: str) -> None:
        assert pushed(answer(told=told, code=128))[0] is Pushed.NOT_SENT

    @pytest.mark.parametrize(
        ("row", "told", "code"),
        [
            ("[remote failure] (remote failed to report status)", "", 1),
            ("[remote rejected] (Internal Server Error)", "", 1),
            ("", "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", 1),
            ("", "fatal: the remote end hung up unexpectedly", 128),
            ("", "fatal: unable to access 'https://h/': Failed to connect to h port 443", 128),
            ("", "", None),
        ],
    )
    def test_once_the_pack_was_begun_no_words_make_it_certain(
        self, row: str, told: str, code: int | None
    ) -> None:
        """A connection may be refused to libcurl's second try, after the first was committed."""
        assert pushed(answer(row, PACK + told, code))[0] is Pushed.IN_DOUBT

    def test_a_server_that_says_too_much_may_have_been_sent_a_pack(self) -> None:
        assert pushed(answer(told="x" * MAX_TOLD))[0] is Pushed.IN_DOUBT

    def test_a_request_that_is_refused_is_refused(self) -> None:
        told = PACK + "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413"
        assert pushed(answer(told=told))[0] is Pushed.REFUSED


class TestReasons:
    def test_no_credentials_of_a_url_and_no_control_signs_are_shown(self) -> None:
        told = "fatal: unable to access 'https://ci:te@st-token@h/': \x1b[31mhm\x07"
        shown = reason(Answer(128, b"", told)).why
        assert "st-token" not in shown
        assert shown.isprintable()

    def test_words_of_ssh_are_told_and_gits_chatter_is_not(self) -> None:
        told = (
            "kex_exchange: Bad\nfatal: Could not read from remote repository.\n\nPlease make sure"
        )
        assert reason(Answer(128, b"", f"{told} you have the correct access rights")) .why == (
            "kex_exchange: Bad"
        )  # fmt: skip

    def test_a_missing_branch_has_to_be_said_by_a_git_server(self) -> None:
        assert no_such_branch(Answer(128, b"", "fatal: couldn't find remote ref refs/heads/x\n"))
        trace = "05:22:16.1 pkt-line.c:80           packet:    ls-remote< version 2\n"
        assert absent(Answer(2, b"", trace))
        assert not absent(Answer(2, b"", ""))
        assert not absent(Answer(128, b"", trace))


class TestObjects:
    COMMIT = b"c1 commit 3\nxyz\n"

    def tree(self, mode: bytes, name: bytes) -> bytes:
        entry = mode + b" " + name + b"\0" + b"\x01" * 20
        return b"t1 tree %d\n%b\n" % (len(entry), entry)

    def test_a_file_is_missing_where_its_folder_has_none(self) -> None:
        batch = self.COMMIT + self.tree(b"100644", b"b.json") + b"tip:a.json missing\n"
        assert seen(batch, "a.json", "sha1", 100).data is None

    def test_a_file_that_its_folder_has_is_never_missing(self) -> None:
        batch = self.COMMIT + self.tree(b"100644", b"a.json") + b"tip:a.json missing\n"
        with pytest.raises(Unreadable):
            seen(batch, "a.json", "sha1", 100)

    def test_what_is_cut_is_unreadable(self) -> None:
        with pytest.raises(Unreadable):
            seen(self.COMMIT, "a.json", "sha1", 100)
        with pytest.raises(Unreadable):
            seen(b"tip missing\ntip: missing\ntip:a missing\n", "a", "sha1", 100)

    def test_what_is_cut_off_or_too_large_is_no_document(self) -> None:
        batch = self.COMMIT + self.tree(b"100644", b"a.json") + b"b1 blob 5\nabc"
        with pytest.raises(Unreadable):
            seen(batch, "a.json", "sha1", 5)
        assert seen(batch, "a.json", "sha1", 4).why == "it is larger than 4 bytes"

    def test_a_link_is_no_file(self) -> None:
        batch = self.COMMIT + self.tree(b"120000", b"a.json") + b"b1 blob 1\nx\n"
        assert seen(batch, "a.json", "sha1", 100).why == "`a.json` is no file there"

    def test_a_blob_is_called_as_git_calls_it(self) -> None:
        assert blob_name(b"{}\n", "sha1") == "0967ef424bce6791893e9a57bb952f80fd536e93"


def test_what_curl_repeats_of_a_proxys_url_is_not_told() -> None:
    told = "fatal: unable to access 'https://h/x/': Unsupported proxy syntax in 'me:test-pass'"
    assert said(Answer(128, b"", told)).endswith("Unsupported proxy syntax in '…'")
