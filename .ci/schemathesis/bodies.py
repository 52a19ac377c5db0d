"""Bodies that name what is there, and otherwise say what was generated."""

import zlib
from typing import Any

from stage import GENRES, INSTRUMENTS, PASSWORD, Person, Stage, in_days, register, unique


def that_name_what_is_there(operation: str, body: dict[str, Any], stage: Stage, person: Person) -> dict[str, Any]:
    body = {key: there(key, value) for key, value in body.items()}
    return body | of(operation, body, stage, person)


def there(key: str, value: Any) -> Any:
    """The value of a field, wherever it is in a body."""
    match key, value:
        case "instrument_id", str():
            return INSTRUMENTS[zlib.crc32(value.encode()) % len(INSTRUMENTS)]
        case "instruments", list():
            names = iter(INSTRUMENTS)
            return [entry | {"instrument_id": name} for entry, name in zip(value, names) if isinstance(entry, dict)]
        case "genres", list():
            return GENRES[: len(value)]
        case "starts_at", str():
            return in_days(7)
        case "ends_at", str():
            return in_days(7.1)
        case "time_zone", str():
            return "Europe/Paris"
    return value


def of(operation: str, body: dict[str, Any], stage: Stage, person: Person) -> dict[str, Any]:
    """The fields that have to be others for this operation to succeed."""
    match operation:
        case "register":
            word = unique("r")
            return {"username": word, "email": f"{word}@example.org", "password": PASSWORD}
        case "logIn":
            return {"identifier": stage.guest.name, "password": PASSWORD}
        case "issueToken":
            return {"grant_type": "password", "username": stage.guest.name, "password": PASSWORD}
        case "refreshSession":
            return {"refresh_token": person.session["refresh_token"]}
        case "changePassword":
            return {"old_password": PASSWORD, "new_password": "manoir-de-mes-reves-1942"}
        case "deleteMyAccount":
            return {"password": PASSWORD}
        case "createConversation":
            others = {"participant_ids": [stage.guest.id]}
            return others | ({"title": None} if body.get("kind") == "direct" else {})
        case "sendMessage":
            return {"client_message_id": unique("m")} | ({"reply_to": 1} if body.get("reply_to") else {})
        case "markRead":
            return {"seq": body.get("seq", 0) % 3}
        case "createNotification":
            return {"user_id": stage.guest.id, "event_id": None}
        case "createGenre" | "createInstrument":
            return {"id": unique("e")}
        case "registerDevice":
            return {"platform": "ios", "token": f"{zlib.crc32(unique('d').encode()):064x}"}
        case "updateParticipation":
            return {"instrument_id": None, "attended": None, "decision": None} | (
                {"instrument_id": "violin"} if not body.get("decision") else {"decision": body["decision"]}
            )
    return {}
