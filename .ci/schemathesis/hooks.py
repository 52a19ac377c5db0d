"""What schemathesis cannot know: who calls, and what there is for a call to name.

Without it next to every request would name things that are not there, and be refused before anything was tried.
"""

import atexit
import json
import os
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation

import bodies
from refusals import is_by_a_rule
from stage import Person, Stage, register

# These end what the caller has, and are called by somebody who has nothing else to do.
ENDS_SESSIONS = {"logOut", "refreshSession", "revokeSession", "changePassword", "deleteMyAccount"}
# These use up what they name; others share it.
USES_UP = {
    "cancelEvent", "deleteGenre", "deleteInstrument", "deleteMessage", "deleteNotification", "joinEvent", "leaveEvent",
    "removeConversationParticipant", "removeDevice", "removeEventInstrument", "removeMyGenre", "removeMyInstrument",
    "revokeSession", "unblockUser",
}  # fmt: skip
# After so many calls shared things are made anew: an event may have been moved, a group emptied.
SHARED_FOR = 20


class Play:
    """The people of this run, and what has become of their calls."""

    def __init__(self) -> None:
        admin = Person(os.environ["TUNELINK_ADMIN"])
        caller = admin if os.environ["TUNELINK_CALLER"] == "admin" else register()
        self.stage = Stage(caller, admin)
        self.shared: dict[str, tuple[int, dict[str, str]]] = {}
        self.leaving: dict[str, Person] = {}
        self.statuses: Counter[tuple[str, int]] = Counter()
        atexit.register(self.write)

    def caller(self, operation: str) -> Person:
        if operation not in ENDS_SESSIONS:
            return self.stage.caller
        person = register()
        self.leaving = {person.token: person}
        return person

    def who(self, headers: Any) -> Person:
        token = (headers or {}).get("Authorization", "").removeprefix("Bearer ")
        return self.leaving.get(token, self.stage.caller)

    def things(self, operation: str, parameters: list[str], person: Person) -> dict[str, str]:
        """What the path names."""
        left, things = self.shared.get(operation, (0, {}))
        if left == 0 or operation in USES_UP:
            things = self.stage.things(operation)
            if operation == "revokeSession":
                things = {"session_id": person.session["session_id"]}
            for name in parameters:
                made = things.get(name) or self.stage.thing(name)
                if made is not None:
                    things[name] = made
            left = SHARED_FOR
        self.shared[operation] = (left - 1, things)
        return things

    def write(self) -> None:
        counts = [[operation, status, count] for (operation, status), count in sorted(self.statuses.items())]
        Path(os.environ["TUNELINK_TALLY"]).write_text(json.dumps(counts))


PLAY = Play()


@schemathesis.auth(refresh_interval=None)
class Session:
    """Whoever makes a call has a session."""

    def get(self, case: schemathesis.Case, context: Any) -> str:
        return PLAY.caller(name(context.operation)).token

    def set(self, case: schemathesis.Case, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case, **kwargs: Any) -> None:
    """Has three calls in four name what is there, as far as they are well-formed."""
    operation = name(case.operation)
    if operation == "blockUser" and not case.meta.is_negative_at(ParameterLocation.PATH):
        # Whoever is blocked can be met no longer.
        case.path_parameters["user_id"] = PLAY.stage.nuisance.id
        return
    if zlib.crc32(repr((case.path_parameters, case.body)).encode()) % 4 == 0:
        return
    person = PLAY.who(case.headers)
    if case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters.update(PLAY.things(operation, list(case.path_parameters), person))
    if "If-Match" in (case.headers or {}) and not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        case.body = bodies.that_name_what_is_there(operation, case.body, PLAY.stage, person)


@schemathesis.hook
def after_call(context: Any, case: schemathesis.Case, response: Any) -> None:
    PLAY.statuses[name(case.operation), response.status_code] += 1


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: schemathesis.Case, response: Any) -> bool:
    """Whether it is one."""
    match type(failure).__name__:
        case "RejectedPositiveData":
            return not is_by_a_rule(name(case.operation), response)
        case "UndefinedStatusCode":
            # Headers beyond all bounds are refused before any operation sees them.
            return response.status_code != 431
    return True


def name(operation: Any) -> str:
    return operation.definition.raw.get("operationId", operation.label)
