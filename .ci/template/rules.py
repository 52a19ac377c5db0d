"""What has to hold of the stack, and what the linters overlook. A rule is a function that tells what breaks it."""

from collections import Counter
from typing import Any, Iterator

import rights
from rights import allows, listed
from stack import Stack, named, references

# CloudFormation takes 500 resources and 1 MB; beyond these the stack has to be parted, which takes time.
RESOURCES = 400
BYTES = 700_000
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html and apigateway-execution-service-
# websocket-limits-table.html: how long they wait for an answer, in seconds.
HTTP_API_WAITS = 30
LIVE_API_WAITS = 29
RETRIES = 5
# How the gateway hands a call to a function, which the functions and the local gateway go by.
INTEGRATION = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0"}


def size_leaves_room(stack: Stack) -> Iterator[str]:
    if len(stack.resources) >= RESOURCES:
        yield f"there are {len(stack.resources)} resources"
    if len(stack.text().encode()) >= BYTES:
        yield f"the template has {len(stack.text().encode())} bytes"


def every_reference_resolves(stack: Stack) -> Iterator[str]:
    known = stack.resources.keys() | stack.template["Parameters"].keys()
    for part in ["Resources", "Outputs"]:
        for where, what in stack.template[part].items():
            for name, _ in references(what):
                if name not in known and not name.startswith("AWS::"):
                    yield f"{where} refers to {name}, which is not there"


def every_function_has_a_role_of_its_own(stack: Stack) -> Iterator[str]:
    yield from not_its_own(stack, "role", "AWS::IAM::Role", lambda function: function.get("Role"))


def every_function_has_a_log_group_of_its_own(stack: Stack) -> Iterator[str]:
    def group(function: dict[str, Any]) -> Any:
        return function.get("LoggingConfig", {}).get("LogGroup")

    yield from not_its_own(stack, "log group", "AWS::Logs::LogGroup", group)
    for name, function in stack.functions().items():
        logs = named(group(function))
        if logs and not allows(stack[named(function["Role"])], "logs:PutLogEvents", logs):
            yield f"{name} may not write to its log group"


def not_its_own(stack: Stack, what: str, kind: str, of: Any) -> Iterator[str]:
    functions = {name: named(of(function)) for name, function in stack.functions().items()}
    shared = {name for name, users in Counter(functions.values()).items() if users > 1}
    for name, own in functions.items():
        if own in shared or own not in stack.of(kind):
            yield f"{name} has no {what} of its own"


def logs_are_forgotten(stack: Stack) -> Iterator[str]:
    for name, group in stack.of("AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in group:
            yield f"{name} keeps logs for ever"


def every_function_is_traced(stack: Stack) -> Iterator[str]:
    for name, function in stack.functions().items():
        if function.get("TracingConfig", {}).get("Mode") != "Active":
            yield f"{name} is not traced"
        if not any(rights.XRAY.issubset(listed(s["Action"])) for s in rights.statements(stack[named(function["Role"])])):
            yield f"{name} may not send traces"


def every_function_logs_json(stack: Stack) -> Iterator[str]:
    for name, function in stack.functions().items():
        if function.get("LoggingConfig", {}).get("LogFormat") != "JSON":
            yield f"{name} logs text"


def operations(stack: Stack) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The operations of the document: route, name, integration."""
    for path, methods in stack.document()["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                integration = operation.get("x-amazon-apigateway-integration", {})
                yield f"{method} {path}", operation["operationId"], integration


def every_operation_is_handed_to_its_own_function(stack: Stack) -> Iterator[str]:
    for route, name, integration in operations(stack):
        function = f"{name[0].upper()}{name[1:]}Function"
        if named(integration.get("uri")) != function:
            yield f"{route} is not handed to {function}"
        for key, value in INTEGRATION.items():
            if integration.get(key) != value:
                yield f"{route} has not {value} as {key}"
        if integration.get("timeoutInMillis", 0) > HTTP_API_WAITS * 1000:
            yield f"{route} waits for longer than {HTTP_API_WAITS} s"


def calls(stack: Stack) -> Iterator[tuple[str, str | None, Any]]:
    """What the gateways call: which route, which function, with whose rights."""
    for route, _, integration in operations(stack):
        yield route, named(integration.get("uri")), integration.get("credentials")
    integrations = stack.of("AWS::ApiGatewayV2::Integration")
    for name, route in stack.of("AWS::ApiGatewayV2::Route").items():
        integration = integrations.get(named(route["Target"]), {})
        yield name, named(integration.get("IntegrationUri")), integration.get("CredentialsArn")


def every_call_is_allowed(stack: Stack) -> Iterator[str]:
    called = set()
    for route, function, credentials in calls(stack):
        called.add(function)
        if function not in stack.functions():
            yield f"{route} calls no function"
        elif named(credentials) != "GatewayRole":
            yield f"{route} is not called as GatewayRole"
        elif not allows(stack["GatewayRole"], "lambda:InvokeFunction", function):
            yield f"{route} calls {function}, which GatewayRole may not"
    for statement in rights.statements(stack["GatewayRole"]):
        for function, _ in references(statement["Resource"]):
            if function not in called:
                yield f"GatewayRole may call {function}, which no route does"


def every_function_is_reached(stack: Stack) -> Iterator[str]:
    reached = {function for _, function, _ in calls(stack)}
    reached |= {named(mapping["FunctionName"]) for mapping in stack.of("AWS::Lambda::EventSourceMapping").values()}
    for schedule in stack.of("AWS::Scheduler::Schedule").values():
        function = named(schedule["Target"]["Arn"])
        reached.add(function)
        if not allows(stack[named(schedule["Target"]["RoleArn"])], "lambda:InvokeFunction", function):
            yield f"the schedule may not call {function}"
    for name in stack.functions().keys() - reached:
        yield f"{name} has no route, no stream and no schedule"


def functions_end_before_the_gateway_stops_waiting(stack: Stack) -> Iterator[str]:
    routes = stack.of("AWS::ApiGatewayV2::Route")
    for route, function, _ in calls(stack):
        limit = LIVE_API_WAITS if route in routes else HTTP_API_WAITS
        timeout = stack.functions().get(function, {}).get("Timeout", 3)
        if timeout > limit:
            yield f"{function} takes {timeout} s, and the gateway waits for {limit} s"


def what_the_reaction_cannot_do_is_kept(stack: Stack) -> Iterator[str]:
    mapping = stack["ReactMapping"]
    wanted = {
        "MaximumRetryAttempts": RETRIES,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    for name, value in wanted.items():
        if mapping.get(name) != value:
            yield f"ReactMapping's {name} is not {value}"
    if not mapping.get("FilterCriteria", {}).get("Filters"):
        yield "ReactMapping has no filter"
    queue = named(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
    if queue not in stack.of("AWS::SQS::Queue"):
        yield "ReactMapping has no queue of failures"


def the_reaction_may_read_and_give_up(stack: Stack) -> Iterator[str]:
    # Lambda does both with the function's role:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html.
    mapping = stack["ReactMapping"]
    role = stack[named(stack[named(mapping["FunctionName"])]["Role"])]
    table = named(mapping["EventSourceArn"])
    for action in ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]:
        if not allows(role, f"dynamodb:{action}", table):
            yield f"the reaction lacks dynamodb:{action}"
    queue = named(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
    if queue and not allows(role, "sqs:SendMessage", queue):
        yield f"the reaction may not send to {queue}"


def data_outlive_the_stack(stack: Stack) -> Iterator[str]:
    for name, table in stack.of("AWS::DynamoDB::Table").items():
        resource = stack.resources[name]
        if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name} goes with the stack"
        if table.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted"
        if table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} cannot be restored"


def somebody_hears_of_every_alarm(stack: Stack) -> Iterator[str]:
    for name, alarm in stack.of("AWS::CloudWatch::Alarm").items():
        if not any(named(action) in stack.of("AWS::SNS::Topic") for action in alarm.get("AlarmActions", [])):
            yield f"{name} tells nobody"


def nothing_is_switched_off(stack: Stack) -> Iterator[str]:
    off = [
        ("AWS::Lambda::EventSourceMapping", "Enabled", False),
        ("AWS::Scheduler::Schedule", "State", "DISABLED"),
        ("AWS::CloudWatch::Alarm", "ActionsEnabled", False),
    ]
    for kind, key, value in off:
        for name, properties in stack.of(kind).items():
            if properties.get(key) == value:
                yield f"{name} is switched off"


def sockets_are_deployed_with_every_route(stack: Stack) -> Iterator[str]:
    # A deployment holds the routes that are there when it is made, and CloudFormation sees no order here by itself.
    for name in stack.of("AWS::ApiGatewayV2::Deployment"):
        for route in stack.of("AWS::ApiGatewayV2::Route").keys() - set(stack.resources[name].get("DependsOn", [])):
            yield f"{name} may come before {route}"


RULES = [
    size_leaves_room,
    every_reference_resolves,
    every_function_has_a_role_of_its_own,
    every_function_has_a_log_group_of_its_own,
    logs_are_forgotten,
    every_function_is_traced,
    every_function_logs_json,
    every_operation_is_handed_to_its_own_function,
    every_call_is_allowed,
    every_function_is_reached,
    functions_end_before_the_gateway_stops_waiting,
    what_the_reaction_cannot_do_is_kept,
    the_reaction_may_read_and_give_up,
    data_outlive_the_stack,
    somebody_hears_of_every_alarm,
    nothing_is_switched_off,
    sockets_are_deployed_with_every_route,
    *rights.RULES,
]
