"""Where requests may go."""

import pytest
from project_samples import load, one_environment, problems

from aepctl.project.urls import is_loopback

pytestmark = pytest.mark.usefixtures("folder")


class TestUrls:
    """Where requests may go."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://platform.adobe.io/core/ais",
            "https://platform-va7.adobe.io:443/core/ais",
            "HTTPS://PLATFORM.adobe.io",
            "http://localhost:8080/core/ais",
            "http://127.0.0.1",
            "http://127.1.2.3:1/",
            "http://[::1]:65535/x",
        ],
    )
    def test_https_anywhere_and_http_to_this_machine(self, url: str) -> None:
        both = f"ais_url: '{url}', ups_url: '{url}'"
        assert load(one_environment(both)).ais_url == url.rstrip("/")

    @pytest.mark.parametrize(
        "url",
        [
            "http://platform.adobe.io",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::2]",
            "http://2130706433",
            "http://0x7f.0.0.1",
        ],
    )
    @pytest.mark.parametrize("field", ["ais_url", "ups_url", "ims_url"])
    def test_plain_http_to_anywhere_else_is_refused(self, field: str, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"{field}: '{url}'"))
        said = "plain http is for this machine (127.0.0.1) only; use https"
        assert message == f"`{field}`: {said}"

    @pytest.mark.parametrize(
        "url",
        [
            "https://user:password@example.com",
            "https://user@example.com",
            "https://@example.com",
            "https://example.com?a=b",
            "https://example.com?",
            "https://example.com#a",
        ],
    )
    def test_a_user_a_query_or_a_fragment_is_refused(self, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: '{url}'"))
        assert message == "`ais_url`: a plain URL was expected: no user, no `?…`, no `#…`"

    @pytest.mark.parametrize(
        "url",
        [
            "platform.adobe.io",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://",
            "https:///core/ais",
            "https://exa mple.com",
            "https://exämple.com",
            "https://example.com/ü",
            "https://example..com",
            "https://example.com:https",
            r"https://example.com\x",
            "https://[::1",
        ],
    )
    def test_what_is_no_url_is_refused(self, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: '{url}'"))
        said = "a URL such as https://platform.adobe.io/core/ais was expected"
        assert message == f"`ais_url`: {said}"

    @pytest.mark.parametrize("port", ["0", "65536", "99999"])
    def test_a_port_out_of_range_is_refused(self, port: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: 'https://a:{port}'"))
        assert "port" in message

    @pytest.mark.parametrize(
        ("host", "is_it"),
        [
            ("localhost", True),
            ("127.0.0.1", True),
            ("127.255.255.254", True),
            ("::1", True),
            ("localhost.", False),
            ("ip6-localhost", False),
            ("0.0.0.0", False),
            ("::", False),
            ("128.0.0.1", False),
            ("", False),
        ],
    )
    def test_this_machine_is_known_without_asking_any_name_server(
        self, host: str, is_it: bool
    ) -> None:
        assert is_loopback(host) is is_it
