"""obstore's exceptions, told apart by their texts; what a server says decides nothing wrongly."""

import pytest

from aepctl.state.stores.objects_answers import Fault, How, fault_of

PUT = "Generic S3 error: Error performing PUT https://s3.example.com/states/prod.json in 9ms"
STATUS = "Server returned non-2xx status code: "

BROKE = f"{PUT} - HTTP error: error sending request\n"
WRONG_REGION = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"
TEXTS = [
    (f"{PUT} - {STATUS}503 Service Unavailable: ", Fault(How.ANSWERED, 503)),
    (
        f"{PUT} - {STATUS}400 Bad Request: {WRONG_REGION}",
        Fault(How.ANSWERED, 400, "AuthorizationHeaderMalformed", "eu-west-1"),
    ),
    (f"{PUT} - {STATUS}307 Temporary Redirect: ", Fault(How.REDIRECTED, 307)),
    (f"{PUT} - Received redirect without LOCATION, this normally", Fault(How.REDIRECTED)),
    (f"{BROKE}kind: Connect,", Fault(How.UNREACHED)),
    (f"{BROKE}kind: Timeout,\n legacy::Error(\n  Connect,\n TimedOut", Fault(How.UNREACHED)),
    (f"{BROKE}kind: Connect,\n InvalidCertificate(UnknownIssuer", Fault(How.UNTRUSTED)),
    (f"{BROKE}kind: Timeout,", Fault(How.SLOW)),
    (f"{BROKE}kind: Request,", Fault(How.BROKEN)),
    ("Generic S3 error: ETag Header missing from response", Fault(How.BROKEN)),
    ("something that no version of obstore has said so far", Fault(How.BROKEN)),
    ("", Fault(How.BROKEN)),
]


@pytest.mark.parametrize(("text", "fault"), TEXTS)
def test_an_exception_is_told_apart_by_its_text(text: str, fault: Fault) -> None:
    assert fault_of(Exception(text)) == fault


S3, AZURE = "Generic S3 error: Error performing", "Generic MicrosoftAzure error:"
EXTERNAL = "The operation lacked valid authentication credentials for path External AWS"
FOR_CREDENTIALS = [
    f"{S3} PUT http://169.254.169.254/latest/api/token in 1s - HTTP error",
    f"{S3} GET http://169.254.170.2/v2/credentials in 1s - HTTP error",
    f"{S3} POST https://sts.example.com/ in 1s - {STATUS}403 Forbidden: ",
    f"{S3} POST REDACTED in 1s - HTTP error: error sending request",
    "Generic GCS error: Error performing token request: Error performing GET http://169.254.",
    f"{AZURE} Error performing token request: Error performing GET REDACTED in 1s",
    f"{AZURE} 'az account get-access-token' command failed: please log in",
    f"{AZURE} Error reading federated token file ",
    f"{EXTERNAL} credential provider: RuntimeError: kind: Timeout",
]


@pytest.mark.parametrize("text", FOR_CREDENTIALS)
def test_what_failed_before_the_request_was_signed_is_no_failed_write(text: str) -> None:
    assert fault_of(Exception(text)) == Fault(How.NO_CREDENTIALS)


@pytest.mark.parametrize(
    "said",
    [
        "Error performing POST https://sts.example.com/",
        "External AWS credential provider: no",
        f"{STATUS}412 Precondition Failed",
        "kind: Connect, InvalidCertificate",
        "Received redirect without LOCATION",
        "<Code>a code that is no word</Code>",
    ],
)
def test_a_body_cannot_make_a_503_anything_else(said: str) -> None:
    error = Exception(f"{PUT} - {STATUS}503 Service Unavailable: {said}")
    assert fault_of(error) == Fault(How.ANSWERED, 503)


def test_what_is_shown_of_it_are_words_of_ours_and_a_word_of_letters() -> None:
    shown = {str(Fault(how)) for how in How} | {str(Fault(How.ANSWERED, 503, "SlowDown"))}
    assert "HTTP status 503 (SlowDown)" in shown
    assert "nobody answers there" in shown
