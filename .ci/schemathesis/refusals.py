"""Which refusals of a well-formed request are right: those by rules that no JSON schema can express."""

from typing import Any

# The codes that say no more than that a request is not well-formed.
OF_FORM = {"invalid", "malformed_json", "json_too_deep", "unsupported_media_type", "body_too_large"}
# Fields whose form a schema cannot say, or not in full, and why.
EXCUSED: dict[str, str] = {}


def is_by_a_rule(operation: str, response: Any) -> bool:
    errors = response.json()["errors"]
    return all(error["code"] not in OF_FORM or error["field"] in EXCUSED for error in errors)
