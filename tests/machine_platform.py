"""The platform of the state machine, in memory: what it keeps, what it shows, how it answers.

It may keep other spellings than were sent, be unique without regard to case, hide what is inactive,
let audiences die and live again, and answer with what belongs to somebody else.
"""

import json
import math
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from machine_disk import Crash, Fuse

from aepctl.model.audience import ASLEEP, GONE, Audience, Identity, Ids, Wanted
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.state.model import Phase, State

PAGE = 3  # what the platform gives at once, whatever it is asked for
PUBLISHED = "published"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class JumpingClock:
    """Time that passes only where somebody waits, or a rule says so."""

    def __init__(self) -> None:
        self.at = datetime(2027, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        """At least so long: who waits for less than it can count must not wait for ever."""
        self.at += timedelta(microseconds=math.ceil(seconds * 1e6))


def _names(change: Callable[[str], str]) -> Callable[[Audience], Audience]:
    return lambda one: replace(one, name=change(one.name))


SPELLINGS: dict[str, Callable[[Audience], Audience]] = {
    "as sent": lambda one: one,
    "trimmed": _names(str.strip),
    "single blanks": _names(lambda text: " ".join(text.split(" "))),
    "decomposed": _names(lambda text: unicodedata.normalize("NFD", text)),
    "namespace in capitals": lambda one: replace(one, namespace=one.namespace.upper()),
    "originName in capitals": lambda one: replace(one, origin_name=one.origin_name.upper()),
}
"""How a platform may keep what it is sent."""


@dataclass(frozen=True)
class Habits:
    """What kind of platform it is.

    `unique`: it answers 409 for what it has in any spelling. `repeats`: an answer to a create has
    the fields as they are kept. `hides`: the plain list leaves out what is inactive.
    """

    spelling: str = "as sent"
    unique: bool = False
    repeats: bool = False
    hides: bool = False


@dataclass
class Made:
    """An audience of the platform; `visible` is when the list shows it.

    `theirs`: made by somebody else. `deleted`: it is gone; `ended`, by us. Lists may show it as it
    `was` `until` then, all the same.
    """

    audience: Audience
    audience_id: str
    request: str
    created: datetime
    visible: datetime
    deleted: bool = False
    ended: bool = False
    theirs: bool = False
    lifecycle: str = PUBLISHED
    was: Audience | None = None
    until: datetime = LONG_AGO

    def shown(self, now: datetime) -> Audience:
        """What lists show of it."""
        return self.audience if self.was is None or now >= self.until else self.was

    @property
    def ids(self) -> Ids:
        return Ids(self.audience_id, f"platform-{self.audience_id}")

    @property
    def is_there(self) -> bool:
        return not self.deleted and self.lifecycle not in GONE

    @property
    def is_asleep(self) -> bool:
        return self.lifecycle in ASLEEP


class Platform:
    """What the program meets in place of the platform: see aepctl.aep.connection.

    The world that it is part of says what state has and would have after a power cut.
    """

    ids: str
    habits: Habits
    fuse: Fuse
    clock: JumpingClock
    dice: random.Random
    wanted: dict[str, Wanted]
    made: list[Made]
    lag: float
    late: float
    faults: list[str]
    list_faults: int
    on_removal: OnRemoval
    removed: dict[str, bool]
    overwrites: bool
    blind: bool
    excused: set[Identity]
    forgotten: set[str]
    wrongs: list[str]
    within: Callable[[], None] | None
    counts: Counter[str]

    def state(self) -> State:
        raise NotImplementedError

    def durable(self) -> State:
        raise NotImplementedError

    def live(self) -> list[Made]:
        """What is there, at work or not."""
        return [one for one in self.made if one.is_there]

    def twins(self, audience: Audience) -> list[Made]:
        """What is there and is this audience, however it is spelled."""
        same = audience.folded_identity
        return [one for one in self.live() if one.audience.folded_identity == same]

    def commit(
        self, audience: Audience, request_id: str, given: str | None, *, theirs: bool = False
    ) -> Made:
        """It is there from now on, in the platform's own spelling."""
        created = self.clock.now() + timedelta(seconds=0.0 if theirs else self.late)
        kept = SPELLINGS[self.habits.spelling](audience)
        if kept != audience:
            self.counts["kept in another spelling"] += 1
        made = Made(
            kept,
            given or str(UUID(int=self.dice.getrandbits(128), version=4)),
            request_id,
            created,
            created + timedelta(seconds=0.0 if theirs else self.lag),
            theirs=theirs,
        )
        self.made.append(made)
        return made

    def connect(self) -> "Platform":
        return self

    def close(self) -> None:
        return

    def renew_token(self) -> bool:
        return True

    @property
    def token_advice(self) -> str:
        return "get another token"

    def reconnect(self) -> None:
        return

    def send(
        self,
        method: str,
        url: str,
        *,
        request_id: str,
        accept: str = "",
        body: bytes | None = None,
        ready: Callable[[], None] | None = None,
    ) -> Reply:
        if ready is not None:
            ready()
        path = urlsplit(url).path
        if self.fuse.burn():
            raise Crash
        step = self._check_intent(request_id)
        if self.within is not None:
            self.within()
        fault = self.faults.pop(0) if self.faults else "none"
        if fault in NOT_COMMITTED:
            return NOT_COMMITTED[fault]
        if fault == OUTRUN:
            self._somebody_is_faster_while_we_wait(step)
            return LONG_WAIT
        answer = self._carried_out(method, path, body, step, request_id, taken=fault == TAKEN)
        if self.fuse.burn():  # committed, and nobody is there any more to hear it
            raise Crash
        if answer.status >= 400:
            return answer
        if fault in OTHERS:
            return self._of_another(fault, answer)
        return COMMITTED.get(fault, answer)

    def _carried_out(
        self,
        method: str,
        path: str,
        body: bytes | None,
        step: RemoteStep | None,
        request_id: str,
        *,
        taken: bool,
    ) -> Response:
        match method, step:
            case "POST", Create():
                twins = self._unexpected_twins(step.audience)
                if twins:
                    said = [(one.audience, one.audience_id) for one in twins]
                    self.wrongs.append(f"{step} was made twice, beside {said}")
                if taken:
                    self._somebody_is_faster(step.audience)
                return self._create(path, json.loads(body or b""), step, request_id)
            case "PATCH", Patch():
                return self._patch(path, json.loads(body or b""), step)
            case "DELETE", Delete():
                return self._delete(path, step)
            case _:
                self.wrongs.append(f"{method} {path} was sent with the intent of {step}")
                return Response(405)

    def _of_another(self, fault: str, answer: Response) -> Response:
        """The answer to another create; this one's own where there was no other.

        Nobody could tell an earlier answer about the same audience, deleted since, from this one's.
        """
        known = sorted(one.ids.audience_id for one in self.state().audiences.values())
        if fault == "with-an-id-of-another-key":
            self.counts["answers with an ID of another key"] += bool(known)
            said = json.dumps({"audienceId": known[-1]}).encode() if known else answer.body
            return Response(200, said)
        other = self.made[0] if fault == "of-the-first" else self.made[-2:][0]
        if other.audience.folded_identity == self.made[-1].audience.folded_identity:
            return answer
        self.counts[f"answers {fault}"] += 1
        return _answer(other)

    def _somebody_is_faster(self, audience: Audience) -> None:
        """While the request is under way, where the platform lets nobody else make it then."""
        if self.habits.unique and not self.twins(audience):
            self.commit(respelled(audience), "theirs", None, theirs=True)
            self.counts["somebody was faster"] += 1

    def _somebody_is_faster_while_we_wait(self, step: RemoteStep | None) -> None:
        if isinstance(step, Create) and not self.twins(step.audience):
            self.commit(respelled(step.audience), "theirs", None, theirs=True)
            self.counts["made by somebody else during a long wait"] += 1

    def _check_intent(self, request_id: str) -> RemoteStep | None:
        """Nothing is sent whose intent would not survive a power cut, or beside an open one."""
        intents = self.durable().intents
        mine = intents.get(request_id)
        if mine is None:
            return None
        if sum(one.key == mine.key and one.phase is Phase.OPEN for one in intents.values()) > 1:
            self.wrongs.append(f"{mine.key} was sent although an earlier step is unresolved")
        return mine.step

    def _create(self, path: str, fields: dict[str, str], step: Create, request_id: str) -> Response:
        given = fields.pop("audienceId", None)
        if path != "/ais/audiences" or step != replace(
            Create(Audience.of(fields), given), replaces=step.replaces
        ):
            self.wrongs.append(f"{fields} was sent with the intent of {step}")
        given = given if self.ids == "client" else None
        if given is not None and any(
            one.audience_id == given for one in self.made if not one.deleted
        ):
            return Response(409, b"{}")
        if self.habits.unique and self.twins(step.audience):
            self.counts["not made: it exists in some spelling"] += 1
            return Response(409, b"{}")
        made = self.commit(step.audience, request_id, given)
        said = _answer(made)
        return said if self.habits.repeats else _id_alone(made)

    def _unexpected_twins(self, audience: Audience) -> list[Made]:
        """What should have kept the program from creating this one."""
        if audience.folded_identity in self.excused:
            return []
        return self.twins(audience)

    def _patch(self, path: str, operations: list[dict[str, str]], step: Patch) -> Response:
        one = self._there(path, step.ids)
        if one is None:
            self.wrongs.append(f"{path} was changed although it is not there")
            return NOT_THERE
        changes = {each["path"].removeprefix("/"): each["value"] or None for each in operations}
        if changes != step.changes:
            self.wrongs.append(f"{changes} was sent with the intent of {step}")
        if edited := self._edited(one, changes):
            said = f"{edited} of {one.audience} was changed over somebody else's edit: {step}"
            self.wrongs.append(said)
        after = Audience.of({**one.audience.fields(), **changes})
        self._lags(one)
        one.audience = SPELLINGS[self.habits.spelling](after)
        return Response(200, json.dumps(_shown(one)).encode())

    def _edited(self, one: Made, changes: dict[str, str | None]) -> list[str]:
        """The fields that are neither as state knows them nor, by a person's word, ours."""
        known = next(
            (each for each in self.state().audiences.values() if each.ids == one.ids), None
        )
        if known is None or self.overwrites or self.blind:
            return []
        there, before = one.audience.fields(), known.audience.fields()
        asked = (known.sent or known.audience).fields()
        return [
            name for name in changes if there.get(name) not in {before.get(name), asked.get(name)}
        ]

    def _lags(self, one: Made) -> None:
        """Lists show it as it is now for a while longer."""
        one.was, one.until = one.audience, self.clock.now() + timedelta(seconds=self.lag)

    def _delete(self, path: str, step: Delete) -> Response:
        one = self._there(path, step.ids)
        if one is None:
            self.counts["deletes of what was gone"] += 1
            return NOT_THERE
        wrong = None if self.blind else self._wrong_to_delete(one)
        if wrong:
            said = f"{one.audience_id} was deleted although {wrong}: {step}"
            self.wrongs.append(said)
        self._lags(one)
        one.deleted = one.ended = True
        return Response(204)

    def _wrong_to_delete(self, one: Made) -> str | None:
        """Why it was not to be deleted, by what state knows and the manifests say."""
        owners = {
            key: known
            for key, known in self.state().audiences.items()
            if one.audience_id in known.all_ids
        }
        if len(owners) != 1:
            return f"{len(owners)} keys own it"
        ((key, known),) = owners.items()
        wanted = self.wanted.get(key)
        if known.deposed is not None and known.deposed.ids.audience_id == one.audience_id:
            same = wanted is not None and wanted.audience.identity == one.audience.identity
            return f"{key} wants it again" if same else None
        if wanted is not None:
            return f"{key} wants it"
        if known.at_removal.prevent_destroy:
            return f"{key} is protected"
        deletes = (known.at_removal.on_removal or self.on_removal) is OnRemoval.DELETE
        if known.retained or key in self.removed:
            deletes = self.removed.get(key, False)
        if not deletes:
            return f"{key} is to stay"
        there = one.audience
        asked = (known.sent or known.audience).description
        edited = there.description not in {known.audience.description, asked}
        return f"somebody edited {key}" if edited and not self.overwrites else None

    def _there(self, path: str, ids: Ids | None = None) -> Made | None:
        """What has this address, which is the platform's own id, and these IDs.

        Without IDs, to be read: then what is archived is shown as well, and a new one is not yet.
        """
        platform_id = path.rpartition("/")[2]
        assert path == f"/ups/audiences/{platform_id}"
        now = self.clock.now()
        found = (
            one
            for one in self.made
            if not one.deleted
            and one.ids.platform_id == platform_id
            and (ids is not None or one.visible <= now)
        )
        return next(
            (one for one in found if ids is None or (one.is_there and ids == one.ids)), None
        )

    def get(self, path: str, query: dict[str, str]) -> Reply:
        if self.fuse.burn():
            raise Crash
        fault = None
        if self.list_faults:
            self.list_faults -= 1
            fault = LIST_FAULTS[self.list_faults % len(LIST_FAULTS)]
        if isinstance(fault, Response | NoResponse):
            return fault
        if path != "/audiences":
            one = self._there(f"/ups{path}")
            return NOT_THERE if one is None else Response(200, json.dumps(_shown(one)).encode())
        return self._page(query, short=fault is not None)

    def look_up(self, path: str, body: bytes) -> Reply:
        """Several at once."""
        if self.fuse.burn():
            raise Crash
        assert path == "/audiences/bulk-get"
        if self.list_faults:
            self.list_faults -= 1
            fault = LIST_FAULTS[self.list_faults % len(LIST_FAULTS)]
            if isinstance(fault, Response | NoResponse):
                return fault
        found = {
            one["id"]: self._there(f"/ups/audiences/{one['id']}") for one in json.loads(body)["ids"]
        }
        if not any(found.values()):
            return Response(404, b"{}")
        results = {name: _shown(one) if one else NO_SUCH for name, one in found.items()}
        self.counts["read at once"] += len(results)
        return Response(207, json.dumps({"results": results}).encode())

    def _page(self, query: dict[str, str], *, short: bool) -> Response:
        """A page of the list; a short one leaves out what it counts."""
        now, name = self.clock.now(), query.get("name", "")
        seen = [one for one in self._seen(query) if name in one.shown(now).name]
        start = int(query["start"])
        children = [_listed(one, now) for one in seen[start : start + PAGE]]
        if short and children:
            self.counts["lists that left something out"] += 1
            del children[-1]
        following = {"next": start + PAGE} if start + PAGE < len(seen) else {}
        page = {"children": children, "_page": {"totalCount": len(seen), **following}}
        return Response(200, json.dumps(page).encode())

    def _seen(self, query: dict[str, str]) -> list[Made]:
        now = self.clock.now()
        seen = [
            one
            for one in reversed(self.made)
            if one.visible <= now and (not one.deleted or (one.ended and now < one.until))
        ]
        match query.get("property", "").partition("=="):
            case ("audienceId", _, audience_id):
                return [one for one in seen if one.audience_id == audience_id]
            case ("lifecycleState", _, lifecycle):
                return [one for one in seen if one.lifecycle == lifecycle]
        hidden = {"inactive"} if self.habits.hides else set()
        return [one for one in seen if one.lifecycle not in hidden]


def respelled(audience: Audience) -> Audience:
    """The same to a person, spelled as somebody else may."""
    return replace(audience, name=audience.name.swapcase())


def _listed(one: Made, now: datetime) -> dict[str, object]:
    """As lists show it."""
    return _shown(replace(one, audience=one.shown(now)))


def _shown(one: Made) -> dict[str, object]:
    return {
        **one.audience.fields(),
        "id": one.ids.platform_id,
        "audienceId": one.audience_id,
        "createEpoch": int(one.created.timestamp()),
        "lifecycleState": one.lifecycle,
    }


def _answer(made: Made) -> Response:
    said = {"audienceId": made.audience_id, **made.audience.fields()}
    return Response(200, json.dumps(said).encode())


def _id_alone(made: Made) -> Response:
    return Response(200, json.dumps({"audienceId": made.audience_id}).encode())


NO_SUCH = {"errors": {"404": [{"code": 404, "message": "Not found."}]}}
NOT_THERE = Response(404, b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404"}')
NOT_COMMITTED: dict[str, Reply] = {
    "refuse": Response(400, b'{"message": "no"}'),
    "rate-limit": Response(429, retry_after=0.0),
    "unauthorized": Response(401),
    "error-before": Response(503),
    "drop-before": NoResponse("dropped"),
    "not-sent": NothingSent("no connection"),
    "conflict": Response(409),
    "redirect": Response(307),
}
COMMITTED: dict[str, Reply] = {
    "error-after": Response(500),
    "drop-after": NoResponse("dropped"),
    "cut-body": Response(200, b'{"audienceId": "1', complete=False),
    "empty-body": Response(200),
    "no-id": Response(200, b'{"name": "x"}'),
    "html-body": Response(200, b"<html>"),
}
OTHERS = ("of-the-first", "of-the-one-before", "with-an-id-of-another-key")
TAKEN = "taken"
OUTRUN = "outrun"
LONG_WAIT = Response(429, retry_after=100.0)
FAULTS = ("none", *NOT_COMMITTED, *COMMITTED, *OTHERS, TAKEN, OUTRUN)
SHORT = Response(200, b'{"children": [], "_page": {"totalCount": 5}}')
UNCOUNTED = Response(200, b'{"children": []}')
NULL = Response(200, b'{"children": [], "_page": {"totalCount": null}}')
AWAY = Response(200, b'{"children": [], "_page": {"totalCount": 0}, "errors": {"503": []}}')
LEAVES_OUT = "leaves-out"
LIST_FAULTS: tuple[Reply | str, ...] = (
    Response(503),
    NoResponse("cut"),
    Response(429, retry_after=0.0),
    SHORT,
    LEAVES_OUT,
    UNCOUNTED,
    NULL,
    AWAY,
)
