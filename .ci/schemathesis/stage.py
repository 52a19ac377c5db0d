"""People, and the things that requests name: what a call needs so that it can succeed."""

import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

URL = os.environ["TUNELINK_URL"]
PASSWORD = "nuages-1940-minor-swing"
# Access tokens are good for 15 minutes.
MAY_STAY = 8 * 60
INSTRUMENTS = ["cello", "violin", "drum-kit"]
GENRES = ["swing", "gypsy-jazz"]

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    return f"{prefix}{os.getpid()}-{next(_numbers)}"


@dataclass
class Person:
    """Somebody with an account, and their session."""

    name: str
    session: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0

    @property
    def id(self) -> str:
        return self.session["user_id"]

    @property
    def token(self) -> str:
        if time.monotonic() - self.since > MAY_STAY:
            self.log_in()
        return self.session["access_token"]

    def log_in(self) -> None:
        answer = requests.post(
            f"{URL}/v1/auth/login", json={"identifier": self.name, "password": PASSWORD}, timeout=60
        )
        self.session = entitled(answer)
        self.since = time.monotonic()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The data of the reply; panics unless the call succeeded."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return entitled(requests.request(method, URL + path, json=body, headers=headers, timeout=60))


def entitled(answer: requests.Response) -> Any:
    if not answer.ok:
        raise AssertionError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    return answer.json()["data"]


def register() -> Person:
    name = unique("p")
    new = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    data = entitled(requests.post(f"{URL}/v1/auth/register", json=new, timeout=60))
    return Person(name, data["tokens"], time.monotonic())


def player() -> Person:
    person = register()
    for instrument in INSTRUMENTS:
        person.call("PUT", f"/v1/users/me/instruments/{instrument}", {"level": "advanced"})
    return person


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Stage:
    """Who calls, who else is there, and what of theirs a call may name."""

    def __init__(self, caller: Person, admin: Person) -> None:
        self.caller = caller
        self.admin = admin
        self.guest = player()
        self.nuisance = register()
        for instrument in INSTRUMENTS:
            caller.call("PUT", f"/v1/users/me/instruments/{instrument}", {"level": "advanced"})

    def event(self, host: Person | None = None) -> str:
        new = {
            "title": "Jam at the quay", "type": "jam", "time_zone": "Europe/Paris",
            "starts_at": in_days(7), "ends_at": in_days(7.1), "lat": 45.76, "lng": 4.835, "city": "Lyon",
            "status": "published",
            "instruments": [{"instrument_id": instrument, "wanted": 4} for instrument in INSTRUMENTS],
        }  # fmt: skip
        return (host or self.caller).call("POST", "/v1/events", new)["event_id"]

    def attended(self) -> str:
        """An event of the caller that the guest has a seat at."""
        event = self.event()
        self.guest.call("POST", f"/v1/events/{event}/participations", {"instrument_id": "cello"})
        return event

    def group(self) -> str:
        """A conversation of the caller and the guest, with the message 1 of the caller and 2 of the guest."""
        new = {"kind": "group", "participant_ids": [self.guest.id]}
        group = self.caller.call("POST", "/v1/conversations", new)["conversation_id"]
        for person in (self.caller, self.guest):
            said = {"text": "At eight, then.", "client_message_id": unique("m")}
            person.call("POST", f"/v1/conversations/{group}/messages", said)
        return group

    def notification(self) -> str:
        words = {"title": "Doors at eight", "body": "Come in."}
        new = {"user_id": self.caller.id, "text": {"en": words, "fr": words}}
        return self.admin.call("POST", "/v1/notifications", new)["notification_id"]

    def instrument(self) -> str:
        new = {"id": unique("i"), "category": "strings", "icon": "🎻", "name": {"en": "Rebec", "fr": "Rebec"}}
        return self.admin.call("POST", "/v1/instruments", new)["id"]

    def genre(self) -> str:
        return self.admin.call("POST", "/v1/genres", {"id": unique("g"), "name": {"en": "Ska", "fr": "Ska"}})["id"]

    def device(self) -> str:
        device = "01900000-0000-7000-8000-%012x" % next(_numbers)
        new = {"platform": "ios", "token": f"{next(_numbers):064x}"}
        self.caller.call("PUT", f"/v1/users/me/devices/{device}", new)
        return device

    def things(self, operation: str) -> dict[str, str]:
        """What stands for the parameters of the operation's path, when it succeeds."""
        caller, guest = self.caller, self.guest
        makers: dict[str, Callable[[], dict[str, str]]] = {
            "removeConversationParticipant": lambda: {"conversation_id": self.group(), "user_id": guest.id},
            "addConversationParticipant": lambda: {"conversation_id": self.group(), "user_id": self.nuisance.id},
            "joinEvent": lambda: {"event_id": self.event(guest)},
            "leaveEvent": lambda: {"event_id": self.attended(), "user_id": guest.id},
            "getParticipation": lambda: {"event_id": self.attended(), "user_id": guest.id},
            "updateParticipation": lambda: {"event_id": self.attended(), "user_id": guest.id},
            "setEventInstrument": lambda: {"event_id": self.event(), "instrument_id": "piano"},
            "removeEventInstrument": lambda: {"event_id": self.event(), "instrument_id": "violin"},
            "updateInstrument": lambda: {"instrument_id": self.instrument()},
            "deleteInstrument": lambda: {"instrument_id": self.instrument()},
            "updateGenre": lambda: {"genre_id": self.genre()},
            "deleteGenre": lambda: {"genre_id": self.genre()},
            "setMyInstrument": lambda: {"instrument_id": "double-bass"},
            "removeMyInstrument": lambda: {"instrument_id": self.with_another_instrument()},
            "removeMyGenre": lambda: {"genre_id": self.with_a_genre()},
            "unblockUser": lambda: {"user_id": self.with_somebody_blocked()},
            "removeDevice": lambda: {"device_id": self.device()},
            "revokeSession": lambda: {"session_id": caller.session["session_id"]},
        }
        return makers[operation]() if operation in makers else {}

    def thing(self, parameter: str) -> str | None:
        """What stands for the parameter of a path wherever it does not matter which."""
        makers: dict[str, Callable[[], str]] = {
            "event_id": self.event,
            "conversation_id": self.group,
            "seq": lambda: "1",
            "user_id": lambda: self.guest.id,
            "notification_id": self.notification,
            "instrument_id": lambda: "cello",
            "genre_id": lambda: "swing",
        }
        return makers[parameter]() if parameter in makers else None

    def with_another_instrument(self) -> str:
        self.caller.call("PUT", "/v1/users/me/instruments/clarinet", {"level": "advanced"})
        return "clarinet"

    def with_a_genre(self) -> str:
        self.caller.call("PUT", "/v1/users/me/genres/swing")
        return "swing"

    def with_somebody_blocked(self) -> str:
        self.caller.call("PUT", f"/v1/users/me/blocks/{self.nuisance.id}")
        return self.nuisance.id
