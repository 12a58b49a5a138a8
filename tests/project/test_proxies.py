"""What the proxy variables mean, and what is said about those that are of no use."""

from importlib.machinery import ModuleSpec

import pytest

from aepctl.errors import AepctlError
from aepctl.project.proxies import Proxy, proxy_for, unusable_exceptions

ADOBE = "https://platform.adobe.io/core/ais"
SECRET = "p8e-test/secret"


def proxy(value: str, url: str = ADOBE, **more: str) -> Proxy | None:
    return proxy_for(url, {"HTTPS_PROXY": value, **more})


@pytest.mark.parametrize(
    ("value", "goes_to"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://proxy.example", "http://proxy.example:80"),
        ("http://proxy.example/", "http://proxy.example:80"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("HTTP://Proxy.Example:3128", "http://proxy.example:3128"),
        ("http://10.0.0.1:3128", "http://10.0.0.1:3128"),
        ("http://[fe80::1]:3128", "http://[fe80::1]:3128"),
        ("http://proxy_1:3128", "http://proxy_1:3128"),
        ("socks5://proxy.example", "socks5://proxy.example:1080"),
        ("socks5h://proxy.example", "socks5h://proxy.example:1080"),
        ("socks5h://proxy.example:9050", "socks5h://proxy.example:9050"),
        ("http://proxy.example:1", "http://proxy.example:1"),
        (" http://proxy.example:3128\n", "http://proxy.example:3128"),
    ],
)
def test_a_proxy_is_where_connections_go(value: str, goes_to: str) -> None:
    found = proxy(value)
    assert found is not None
    assert (found.variable, found.connects_to) == ("HTTPS_PROXY", goes_to)


@pytest.mark.parametrize(
    ("login", "user", "password"),
    [
        ("", None, ""),
        ("me@", "me", ""),
        ("me:word@", "me", "word"),
        ("me:p%40ss%3Aw%2Frd@", "me", "p@ss:w/rd"),
        ("d%5Cme:word@", "d\\me", "word"),
    ],
)
def test_user_and_password_are_as_the_proxy_wants_them(
    login: str, user: str | None, password: str
) -> None:
    found = proxy(f"http://{login}proxy.example")
    assert found is not None
    assert (found.user, found.password) == (user, password)
    assert found.connects_to == "http://proxy.example:80"
    assert "word" not in repr(found)
    assert "user" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({"HTTPS_PROXY": "http://a"}, "HTTPS_PROXY"),
        ({"ALL_PROXY": "http://a"}, "ALL_PROXY"),
        ({"all_proxy": "http://a"}, "all_proxy"),
        ({"HTTPS_PROXY": "http://a", "ALL_PROXY": "nonsense:"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "nonsense:", "https_proxy": "http://a"}, "https_proxy"),
        ({"HTTPS_PROXY": "http://a", "https_proxy": ""}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": "http://a"}, "ALL_PROXY"),
    ],
)
def test_the_first_variable_that_is_set_counts(environ: dict[str, str], variable: str) -> None:
    found = proxy_for(ADOBE, environ)
    assert found is not None
    assert found.variable == variable


@pytest.mark.parametrize("environ", [{}, {"HTTP_PROXY": "http://a"}, {"HTTPS_PROXY": ""}])
def test_without_one_the_way_is_direct(environ: dict[str, str]) -> None:
    assert proxy_for(ADOBE, environ) is None


@pytest.mark.parametrize(
    "value",
    [
        f"ftp://me:{SECRET}@proxy.example",
        f"socks4://me:{SECRET}@proxy.example",
        f"http://me:{SECRET}@proxy.example",  # its blank slash ends the host
        f"http://me:{SECRET}#@proxy.example:3128",
        f"http://me:{SECRET}@proxy.example:port",
        f"http://me:{SECRET}@proxy.example:99999",
        f"http://me:{SECRET}@proxy.example:0",
        "http://proxy.example:0",
        "http://",
        "http://:3128",
        "http://me:word@",
        "socks4://proxy.example",
        "http://proxy.example:99999",
        f"http://me:{SECRET}@",
        f"http://me:{SECRET}@pro xy.example",
        f"http://proxy.example/{SECRET}",
        f"http://proxy.example?{SECRET}",
        f"http://[::1/{SECRET}",
        f"{SECRET}:",
        f"http://proxy.example\x00{SECRET}",
        "://",
        "x",
        "proxy.example",
        f"me:{SECRET}@proxy.example",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_what_is_no_proxy_is_named_by_its_variable_and_never_shown(
    value: str, variable: str
) -> None:
    with pytest.raises(AepctlError) as caught:
        proxy_for(ADOBE, {variable: value})
    error = caught.value
    assert error.message.startswith(f"{variable} is not the URL of a proxy that can be used: ")
    assert error.exit_code == 1
    assert SECRET not in f"{error.message} {error.hint}"
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", "it has neither a scheme nor a port"),
        ("http//x", "there is more behind its host and port"),
        ("http:/proxy.example:3128", "there is more behind its host and port"),
        ("http://", "it has no host"),
        ("ftp://proxy.example", "its scheme is none of http, https, socks5, socks5h"),
        ("http://proxy.example:99999", "its host or its port cannot be one"),
        ("http://pro\x00xy", "there is something invisible in it"),
    ],
)
def test_it_is_said_what_is_wrong_with_it(value: str, reason: str) -> None:
    with pytest.raises(AepctlError) as caught:
        proxy(value)
    assert caught.value.message.endswith(f"that can be used: {reason}")
    assert str(caught.value.hint).startswith("write it as http://HOST:PORT, https://, socks5://")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_needs_a_package_and_says_so(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there: ModuleSpec | None = None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: there)
    with pytest.raises(AepctlError) as caught:
        proxy(f"{scheme}://me:word@proxy.example")
    assert (
        caught.value.message == "HTTPS_PROXY names a SOCKS proxy, which needs the package socksio"
    )
    assert caught.value.hint == "pip install 'aepctl[socks]'"
    assert proxy(f"{scheme}://proxy.example", NO_PROXY="adobe.io") is None


PASSED_BY = [
    ("platform.adobe.io", ADOBE),
    ("adobe.io", ADOBE),
    (".adobe.io", ADOBE),
    ("*.adobe.io", ADOBE),
    ("ADOBE.io", ADOBE),
    ("localhost, adobe.io ,x", ADOBE),
    ("*", ADOBE),
    ("x,*", ADOBE),
    ("adobe.io:443", ADOBE),
    ("https://platform.adobe.io", ADOBE),
    ("10.0.0.0/8", "https://10.1.2.3/ais"),
    ("10.1.2.3", "https://10.1.2.3/ais"),
    ("10.1.2.3/8", "https://10.9.9.9/ais"),
    ("fe80::/10", "https://[fe80::1]/ais"),
    ("[fe80::1]", "https://[fe80::1]/ais"),
    ("FE80::0001", "https://[fe80::1]/ais"),
    ("[FE80::0001]", "https://[fe80::1]/ais"),
    ("[fe80::1]:8443", "https://[fe80::1]:8443/ais"),
    ("10.1.2.3:8443", "https://10.1.2.3:8443/ais"),
]


@pytest.mark.parametrize(("exceptions", "url"), PASSED_BY)
def test_no_proxy_names_what_is_reached_directly(exceptions: str, url: str) -> None:
    assert proxy("http://proxy.example", url, NO_PROXY=exceptions) is None
    assert proxy("http://proxy.example", url, no_proxy=exceptions) is None
    assert unusable_exceptions({"NO_PROXY": exceptions}) == ()


@pytest.mark.parametrize(
    ("exceptions", "url"),
    [
        ("", ADOBE),
        ("notadobe.io", ADOBE),
        ("dobe.io", ADOBE),
        ("platform.adobe.io.example", ADOBE),
        ("adobe.io:8443", ADOBE),
        ("localhost,[::1]", ADOBE),
        ("fe80::/10", ADOBE),
        ("10.0.0.0/8", "https://11.1.2.3/ais"),
        ("10.0.0.0/8", "https://10.example.com/ais"),
        ("fe80::/10", "https://10.1.2.3/ais"),
    ],
)
def test_everything_else_goes_through_the_proxy(exceptions: str, url: str) -> None:
    assert proxy("http://proxy.example", url, NO_PROXY=exceptions) is not None
    assert unusable_exceptions({"NO_PROXY": exceptions}) == ()


@pytest.mark.parametrize(
    "entry",
    ["[::1", "a b", "host:port", "1.2.3.4/99", "a/b", "ho\x00st", ":", "http://a://adobe.io"],
)
def test_an_entry_that_says_nothing_is_passed_over_with_a_word(entry: str) -> None:
    exceptions = f"localhost,{entry},adobe.io"
    assert proxy("http://proxy.example", NO_PROXY=exceptions) is None
    assert unusable_exceptions({"NO_PROXY": exceptions}) == (
        "NO_PROXY: entry 2 is no host, address or network, and is passed over",
    )
