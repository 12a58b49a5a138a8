"""The engines of objects: the contract over S3, Google's and Azure's, and what only they have."""

from collections.abc import Iterator

import pytest
from document_contract import DocumentStoreContract, Shared
from google_server import GoogleObjects, google_server
from object_servers import Server, SharedObjects, azurite, s3_server
from shared_contract import SharedStateContract


@pytest.fixture(scope="module")
def s3() -> Iterator[Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="module")
def google() -> Iterator[Server]:
    with google_server(GoogleObjects()) as url:
        yield Server("gs", url, "", {"STORAGE_EMULATOR_HOST": "{url}"})


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.mark.rig  # moto takes seconds to start
class TestS3(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, s3: Server) -> Shared:
        return SharedObjects(s3)


class TestGoogle(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, google: Server) -> Shared:
        return SharedObjects(google)


@pytest.mark.rig
class TestAzure(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, azure: Server) -> Shared:
        return SharedObjects(azure)
