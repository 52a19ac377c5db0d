"""Rules about roles."""

import json
from collections import Counter
from typing import Any, Iterator

from stack import Stack, VARIABLE, named, references

# X-Ray knows no resources.
XRAY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# The actions for which `dynamodb:LeadingKeys` says which partitions they may touch.
ON_ITEMS = {
    f"dynamodb:{action}"
    for action in ["BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query"]
    + ["UpdateItem"]
}
# The one policy of AWS's that is used: what API Gateway needs to write access logs, as its documentation has it.
LOGGING = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, white space not counted.
INLINE_POLICIES = 10_240
# The names of functions, which have at most 64 characters, leave no more to the name of the stack.
LONGEST_STACK_NAME = 32


def roles(stack: Stack) -> dict[str, dict[str, Any]]:
    return stack.of("AWS::IAM::Role")


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a role allows, if its conditions hold: either branch of `Fn::If` counts."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            branches = statement["Fn::If"][1:] if "Fn::If" in statement else [statement]
            yield from (branch for branch in branches if "Effect" in branch)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allows(role: dict[str, Any], action: str, resource: str) -> bool:
    """Whether a role may do something with the named resource, or with what is part of it."""
    return any(
        action in listed(statement["Action"]) and resource in {name for name, _ in references(statement["Resource"])}
        for statement in statements(role)
    )


def no_action_is_a_wildcard(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for statement in statements(role):
            if statement.keys() & {"NotAction", "NotResource"}:
                yield f"{name} allows whatever is not listed"
            for action in listed(statement.get("Action", [])):
                if "*" in action or "?" in action:
                    yield f"{name} allows {action}"


def no_resource_is_a_wildcard_but_x_rays(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for statement in statements(role):
            actions = listed(statement.get("Action", []))
            for resource in listed(statement.get("Resource", [])):
                if not named(resource) and not XRAY.issuperset(actions):
                    yield f"{name} allows {', '.join(actions)} on {json.dumps(resource)}, which names no resource"
                if "/index/*" in json.dumps(resource):
                    yield f"{name} allows {', '.join(actions)} on every index"


def items_are_reached_by_their_partition(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for statement in statements(role):
            if ON_ITEMS.isdisjoint(listed(statement.get("Action", []))):
                continue
            tests = statement.get("Condition", {}).values()
            keys = [key for test in tests for key in listed(test.get("dynamodb:LeadingKeys", []))]
            if not keys or "*" in keys:
                yield f"{name} reaches every partition with {', '.join(listed(statement['Action']))}"


def policies_of_others_are_not_attached(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for policy in role.get("ManagedPolicyArns", []):
            if not json.dumps(policy).rstrip('"}').endswith(LOGGING):
                yield f"{name} has {json.dumps(policy)}"


def signing_keys_are_read_by_who_issues_tokens(stack: Stack) -> Iterator[str]:
    for name, function in stack.functions().items():
        issues = "TUNELINK_ISSUING_SECRET" in function["Environment"]["Variables"]
        reads = allows(stack[named(function["Role"])], "secretsmanager:GetSecretValue", "IssuingSecret")
        if issues != reads:
            yield f"{name} {'may not read the key that it' if issues else 'may read a key that it never'} uses"


def nothing_is_allowed_twice(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        written = Counter(json.dumps(statement, sort_keys=True) for statement in statements(role))
        for statement, times in written.items():
            if times > 1:
                yield f"{name} has {times} times {statement}"


def policies_are_short_enough(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        policies = [spelled(policy["PolicyDocument"], stack) for policy in role.get("Policies", [])]
        length = sum(len(json.dumps(policy, separators=(",", ":"))) for policy in policies)
        if length > INLINE_POLICIES:
            yield f"{name}'s policies have {length} characters, and IAM takes {INLINE_POLICIES}"


def spelled(value: Any, stack: Stack) -> Any:
    """A value in which each reference is as long as what it stands for can become."""
    if isinstance(value, list):
        return [spelled(item, stack) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in stack.functions():
        name = stack[value["Fn::GetAtt"][0]]["FunctionName"]["Fn::Sub"]
        name = VARIABLE.sub("s" * LONGEST_STACK_NAME, name)
        return f"arn:aws:lambda:ap-southeast-1:123456789012:function:{name}"
    if value.keys() & {"Ref", "Fn::GetAtt", "Fn::Sub"}:
        return "r" * 128
    return {key: spelled(item, stack) for key, item in value.items()}


RULES = [
    no_action_is_a_wildcard,
    no_resource_is_a_wildcard_but_x_rays,
    items_are_reached_by_their_partition,
    policies_of_others_are_not_attached,
    signing_keys_are_read_by_who_issues_tokens,
    nothing_is_allowed_twice,
    policies_are_short_enough,
]
