"""What a fault means for each of the stores, and what a person is told to do."""

import pytest

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import MaybeWritten, Overtaken
from aepctl.state.stores.objects_address import Address, read_address
from aepctl.state.stores.objects_answers import Fault, How
from aepctl.state.stores.objects_verdicts import read_fault, write_fault

S3 = read_address("s3://team-state/prod.json?region=eu-west-1")
GOOGLE = read_address("gs://team-state/prod.json")
AZURE = read_address("az://states/prod.json?account=teamstate")


def answered(status: int, code: str = "") -> Fault:
    return Fault(How.ANSWERED, status, code)


AZURES = [
    (answered(409, "BlobAlreadyExists"), True, Overtaken),
    (answered(412, "ConditionNotMet"), False, Overtaken),
    (answered(412, "LeaseIdMissing"), False, StateNotWritten),
    (answered(404, "ContainerNotFound"), False, StateNotWritten),
    (answered(409, "ContainerBeingDeleted"), True, StateNotWritten),
    (answered(409, "PublicAccessNotPermitted"), True, StateNotWritten),
    (answered(413, "RequestBodyTooLarge"), False, StateNotWritten),
    (answered(503, "ServerBusy"), False, MaybeWritten),
    (answered(500, "OperationTimedOut"), False, MaybeWritten),
]


@pytest.mark.parametrize(("fault", "first", "kind"), AZURES)
def test_azures_answers_to_a_write(fault: Fault, first: bool, kind: type[StateNotWritten]) -> None:
    assert type(write_fault(AZURE, fault, first=first)) is kind


def test_what_is_gone_was_overtaken_but_a_first_write_cannot_be() -> None:
    gone = answered(404, "NoSuchKey")
    assert type(write_fault(S3, gone, first=False)) is Overtaken
    assert type(write_fault(S3, gone, first=True)) is StateNotWritten


@pytest.mark.parametrize("how", list(How))
@pytest.mark.parametrize("first", [True, False])
def test_only_what_was_not_sent_or_was_refused_is_certainly_not_written(
    how: How, first: bool
) -> None:
    error = write_fault(S3, Fault(how), first=first)
    in_doubt = how in {How.SLOW, How.BROKEN}
    assert type(error) is (MaybeWritten if in_doubt else StateNotWritten)


@pytest.mark.parametrize("address", [S3, GOOGLE, AZURE])
def test_no_status_alone_says_that_nothing_is_there(address: Address) -> None:
    for status in range(300, 600):
        assert isinstance(read_fault(address, answered(status)), StateError)


def test_after_a_5xx_it_is_in_doubt_but_for_the_one_that_says_it_cannot() -> None:
    for status in range(500, 600):
        expected = StateNotWritten if status == 501 else MaybeWritten
        assert type(write_fault(S3, answered(status), first=True)) is expected


@pytest.mark.parametrize(
    ("address", "fault", "told"),
    [
        (S3, Fault(How.REDIRECTED), "?region=REGION with the bucket's own region"),
        (S3, Fault(How.REDIRECTED, 307, "TemporaryRedirect", "eu-north-1"), "?region=eu-north-1"),
        (AZURE, Fault(How.REDIRECTED, 302), "correct `account` or `endpoint`"),
        (S3, answered(403), "s3:GetObject and s3:PutObject"),
        (GOOGLE, answered(403), "roles/storage.objectUser"),
        (AZURE, answered(403), "Storage Blob Data Contributor"),
        (AZURE, answered(403, "AuthenticationFailed"), "AZURE_STORAGE_ACCOUNT_KEY"),
        (S3, answered(403, "InvalidAccessKeyId"), "AWS_ACCESS_KEY_ID"),
        (GOOGLE, Fault(How.NO_CREDENTIALS), "GOOGLE_APPLICATION_CREDENTIALS"),
        (AZURE, answered(404, "ContainerNotFound"), "make the container, or correct `state:`"),
        (AZURE, answered(412, "LeaseIdMissing"), "break the lease"),
        (S3, answered(403, "RequestTimeTooSkewed"), "set the clock"),
        (S3, answered(400, "ExpiredToken"), "get new ones"),
        (S3, answered(501), "honours If-Match"),
    ],
)
def test_a_person_is_told_what_to_do(address: Address, fault: Fault, told: str) -> None:
    error = write_fault(address, fault, first=False)
    assert told in (error.hint or "")
