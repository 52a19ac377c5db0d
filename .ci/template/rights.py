"""Rules about roles."""

import json
import re
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
# They read and write items past that condition, which bites only where a key is named.
PAST_KEYS = {f"dynamodb:PartiQL{action}" for action in ["Delete", "Insert", "Select", "Update"]} | {"dynamodb:Scan"}
# `ForAnyValue` would let in whoever names one right partition among others.
FOR_ALL = {"ForAllValues:StringEquals", "ForAllValues:StringLike"}
# Where a name ends in what is not known before: six characters that Secrets Manager appends, the endpoints of an
# application, the connections of a stage, the streams that a table has had.
OPEN_ENDS = {
    "dynamodb:ListStreams": "${Table.Arn}/stream/*",
    "execute-api:ManageConnections": "/@connections/*",
    "secretsmanager:GetSecretValue": "${IssuingSecret}-??????",
    "sns:DeleteEndpoint": "${Endpoint}/*",
    "sns:Publish": "${Endpoint}/*",
    "sns:SetEndpointAttributes": "${Endpoint}/*",
}
WILDCARDS = re.compile(r"[*?]")
# What gives rights beside roles, out of these rules' sight.
ELSEWHERE = {
    "AWS::IAM::Group",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::User",
    "AWS::IAM::UserPolicy",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
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
            yield from (branch for branch in branches if branch.get("Effect") == "Allow")


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
                if XRAY.issuperset(actions):
                    continue
                if not named(resource):
                    yield f"{name} allows {', '.join(actions)} on {json.dumps(resource)}, which names no resource"
                elif any(WILDCARDS.search(text) and not has_open_end(text, actions) for text in texts(resource)):
                    yield f"{name} allows {', '.join(actions)} on {json.dumps(resource)}, which names more than it may"


def has_open_end(text: str, actions: list[str]) -> bool:
    """Whether the wildcards are those at the end that each of the actions may have."""
    ends = [OPEN_ENDS.get(action) for action in actions]
    return all(end and text.endswith(end) and not WILDCARDS.search(text.removesuffix(end)) for end in ends)


def texts(value: Any) -> Iterator[str]:
    """All text in a value, other than the names of what it refers to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in {"Ref", "Fn::GetAtt"}:
                yield from texts(part)
    else:
        for part in value:
            yield from texts(part)


def items_are_reached_by_their_partition(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for statement in statements(role):
            actions = listed(statement.get("Action", []))
            if ON_ITEMS.isdisjoint(actions) and PAST_KEYS.isdisjoint(actions):
                continue
            tests = [test for how, test in statement.get("Condition", {}).items() if how in FOR_ALL]
            keys = [key for test in tests for key in listed(test.get("dynamodb:LeadingKeys", []))]
            if not keys or "*" in keys or not PAST_KEYS.isdisjoint(actions):
                yield f"{name} reaches every partition with {', '.join(listed(statement['Action']))}"


def policies_of_others_are_not_attached(stack: Stack) -> Iterator[str]:
    for name, role in roles(stack).items():
        for policy in role.get("ManagedPolicyArns", []):
            if not json.dumps(policy).rstrip('"}').endswith(LOGGING):
                yield f"{name} has {json.dumps(policy)}"


def rights_are_given_by_roles_alone(stack: Stack) -> Iterator[str]:
    for name, resource in stack.resources.items():
        if resource["Type"] in ELSEWHERE:
            yield f"{name} gives rights beside roles"


def roles_are_taken_by_their_service_alone(stack: Stack) -> Iterator[str]:
    of_functions = {named(function["Role"]) for function in stack.functions().values()}
    for name, role in roles(stack).items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            who = statement.get("Principal", {})
            ours = set(who) == {"Service"} and isinstance(who["Service"], str) and "*" not in who["Service"]
            if not ours or (name in of_functions and who["Service"] != "lambda.amazonaws.com"):
                yield f"{name} is taken by {json.dumps(who)}"


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
    rights_are_given_by_roles_alone,
    roles_are_taken_by_their_service_alone,
    signing_keys_are_read_by_who_issues_tokens,
    nothing_is_allowed_twice,
    policies_are_short_enough,
]
