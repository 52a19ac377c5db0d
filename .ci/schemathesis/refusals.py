"""Which refusals of a well-formed request are right: those by rules that no JSON schema can express."""

from fnmatch import fnmatchcase
from typing import Any

# The codes of what a schema can say. All others are of rules beyond it: an id that names nothing, an end before a
# start, a password that is too common.
OF_FORM = {
    "body_too_large", "duplicate_field", "invalid", "invalid_characters", "invalid_email", "invalid_format",
    "invalid_url", "invalid_value", "json_too_deep", "malformed_json", "missing", "too_large", "too_long", "too_short",
    "too_small", "unknown_field", "unsupported_media_type", "wrong_type",
}  # fmt: skip
# What a schema could not say, or not in full: the operation, the field and the code, each as a pattern, and why.
EXCUSED = [
    ("*", "If-Match", "invalid_format"),  # A list of at most 50 entity tags.
    ("*Event", "starts_at", "invalid_format"),  # A local time or one with an offset, and on the calendar.
    ("*Event", "ends_at", "invalid_format"),
    ("search*", "lat", "missing"),  # Needed along with each other, and with a radius.
    ("search*", "lng", "missing"),
    ("searchUsers", "instrument", "missing"),  # Needed along with a level.
    ("createConversation", "title", "unknown_field"),  # A group alone has one.
    ("createNotification", "event_id", "unknown_field"),  # Instead of a person, not along with one.
    ("updatePreferences", "quiet_hours.*", "missing"),  # They may be changed in part once they are set.
    # Text: something of it is visible, and what is on one line has no control characters.
    *((operation, field, "invalid_format") for operation, field in [
        ("*Event", "address"), ("*Event", "city"), ("*Event", "description"), ("*Event", "title"),
        ("cancelEvent", "reason"), ("create*", "*name.*"), ("update*", "name.*"), ("create*", "icon"),
        ("update*", "icon"), ("createNotification", "text.*"), ("*Message", "text"), ("*Conversation", "title"),
        ("*Profile", "*"), ("register", "*"), ("logIn", "device_name"), ("list*", "q"), ("*", "Idempotency-Key"),
    ]),
    ("register", "username", "invalid_characters"),  # Letters of all of Unicode.
    ("registerDevice", "token", "*"),  # Its form depends on the platform.
]  # fmt: skip


def is_by_a_rule(operation: str, response: Any) -> bool:
    return not any(is_of_form(operation, error) for error in response.json().get("errors", []))


def is_of_form(operation: str, error: dict[str, Any]) -> bool:
    fault = (operation, error["field"] or "", error["code"])
    excused = any(all(map(fnmatchcase, fault, patterns)) for patterns in EXCUSED)
    return error["code"] in OF_FORM and not excused
