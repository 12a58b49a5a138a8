"""What an object store's refusal means in words, and what a person can do about it: one table."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

from aepctl.state.stores.documents import STORE_ACCESS
from aepctl.state.stores.objects_address import AZURE, GCS, S3, Address
from aepctl.state.stores.objects_answers import Fault, How


@dataclass(frozen=True, slots=True)
class Row:
    """The first row that holds for a fault explains it. `{fault}` and the like are filled in."""

    holds: Callable[[Fault], bool]
    why: str
    hint: str | None

    @property
    def code(self) -> str | None:
        """What to look up, where it is about credentials."""
        return STORE_ACCESS if self.hint in {OWN_CREDENTIALS, OWN_RIGHTS} else None


OWN_CREDENTIALS, OWN_RIGHTS = "{credentials}", "{rights}"


def explained(address: Address, fault: Fault) -> tuple[str, str | None, str | None]:
    """Why it failed, what to do next, and the code where there is one of its own."""
    row = next(row for row in ROWS if row.holds(fault))
    scheme = address.kind.scheme
    words = {
        "fault": str(fault),
        "bucket": address.kind.bucket,
        "name": address.bucket,
        "address": str(address),
        "elsewhere": ELSEWHERE[scheme].format(address=address, region=fault.region or "REGION"),
        "credentials": CREDENTIALS[scheme],
        "rights": RIGHTS[scheme],
    }
    return row.why.format_map(words), row.hint and row.hint.format_map(words), row.code


CREDENTIALS = MappingProxyType(
    {
        S3.scheme: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or"
        " run where there is a role; profiles and SSO need `pip install boto3` and AWS_PROFILE",
        GCS.scheme: "set GOOGLE_APPLICATION_CREDENTIALS to the path of a file of credentials, or"
        " run where there is a service account",
        AZURE.scheme: "set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or"
        " AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE,"
        " or AZURE_USE_AZURE_CLI=true",
    }
)
RIGHTS = MappingProxyType(
    {
        S3.scheme: "these credentials need s3:GetObject and s3:PutObject for the key, and"
        " s3:ListBucket for the bucket: without it, a key that is not there looks forbidden",
        GCS.scheme: "these credentials need storage.objects.get, list, create and delete (to"
        " replace), as in roles/storage.objectUser",
        AZURE.scheme: "these credentials need the role Storage Blob Data Contributor, or a SAS"
        " token with read, create and write",
    }
)
ELSEWHERE = MappingProxyType(
    {
        S3.scheme: "write {address}?region={region} with the bucket's own region, or correct"
        " `endpoint`",
        GCS.scheme: "see what answers in place of storage.googleapis.com, a proxy perhaps",
        AZURE.scheme: "correct `account` or `endpoint`",
    }
)


def _how(how: How) -> Callable[[Fault], bool]:
    return lambda fault: fault.how is how


def _codes(*codes: str) -> Callable[[Fault], bool]:
    return lambda fault: fault.code in codes


def _status(*statuses: HTTPStatus) -> Callable[[Fault], bool]:
    return lambda fault: fault.status in statuses


def _elsewhere(fault: Fault) -> bool:
    return fault.how is How.REDIRECTED or fault.code in {
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
    }


ROWS = (
    Row(_how(How.UNREACHED), "{fault}", "see the network and its proxies, and `state:`"),
    Row(_how(How.UNTRUSTED), "{fault}", "check `state:`, or name your own CA in SSL_CERT_FILE"),
    Row(_how(How.NO_CREDENTIALS), "{fault}", OWN_CREDENTIALS),
    Row(
        _elsewhere,
        "{fault}: the {bucket} is in another region, or not at this endpoint",
        "{elsewhere}",
    ),
    Row(
        _codes("NoSuchBucket", "ContainerNotFound"),
        "there is no {bucket} {name}",
        "make the {bucket}, or correct `state:`; aepctl makes none",
    ),
    Row(
        _status(HTTPStatus.NOT_FOUND),
        "{fault}: it cannot be told whether the {bucket} or the object is missing",
        "see that there is a {bucket} {name}, and that `endpoint` is a server of objects",
    ),
    Row(_codes("RequestTimeTooSkewed"), "{fault}: this machine's clock is wrong", "set the clock"),
    Row(
        _codes("ExpiredToken", "TokenRefreshRequired"),
        "{fault}: the credentials have expired",
        "get new ones, then run the command again",
    ),
    Row(
        _codes(
            "AuthenticationFailed",
            "AuthorizationFailure",
            "InvalidAccessKeyId",
            "InvalidToken",
            "SignatureDoesNotMatch",
        ),
        "{fault}: the credentials are not accepted",
        OWN_CREDENTIALS,
    ),
    Row(_status(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN), "{fault}: forbidden", OWN_RIGHTS),
    Row(
        lambda fault: "Lease" in fault.code,
        "{fault}: somebody holds a lease on the object",
        "break the lease; aepctl uses none",
    ),
    Row(
        _status(HTTPStatus.NOT_IMPLEMENTED),
        "{fault}: this server knows no conditional writes",
        "keep state in a store that honours If-Match and If-None-Match",
    ),
    Row(_status(HTTPStatus.TOO_MANY_REQUESTS), "{fault}: it asks to wait", "try again later"),
    Row(lambda _: True, "{fault}", None),
)
