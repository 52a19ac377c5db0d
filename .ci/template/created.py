"""Creates the stack in moto's CloudFormation, and compares its table with the one that the local program makes.

`TUNELINK_PROGRAM` names the program; needs no network but the loopback.
"""

import io
import json
import logging
import os
import socket
import subprocess
import sys
import time
import warnings
import zipfile
from collections import Counter
from typing import Any, Iterable, Iterator

import boto3
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from stack import CODE, ROOT, Stack, inlined, transformed

NAME = "tunelink"
PROGRAM = os.environ.get("TUNELINK_PROGRAM", str(ROOT / "target" / "debug" / "tunelink"))
# With these, every condition of the template holds and every resource is made.
PARAMETERS = {
    "AlarmAddress": "ops@example.org",
    "ApnsApplication": "arn:aws:sns:eu-central-1:123456789012:app/APNS/tunelink",
    "FcmApplication": "arn:aws:sns:eu-central-1:123456789012:app/GCM/tunelink",
}
# What moto passes over without an error, so that no more than this goes untried.
NOT_MADE = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
}
# How long the program may take to start, in seconds.
PATIENCE = 30


def main() -> int:
    stack = transformed(inlined())
    status, skipped, deployed = in_moto(stack)
    print(f"{status}; of these moto makes nothing: {', '.join(f'{n} {kind}' for kind, n in sorted(skipped.items()))}")

    # Moto's CloudFormation passes over this part, so that it is compared as it is written.
    deployed["expiry"] = expiry(stack)
    faults = [*unexpected(skipped), *differences(deployed, in_the_local_program())]
    print("\n".join(faults) or "the local program makes the same table: " + ", ".join(deployed))
    return 1 if faults or status != "CREATE_COMPLETE" else 0


@mock_aws
def in_moto(stack: Stack) -> tuple[str, Counter[str], dict[str, Any]]:
    """The stack's status, the types of which nothing was made, and the shape of the table."""
    # It warns twice of each type that it skips; the list says so as well.
    logging.getLogger("moto").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Tried to parse .* not supported by moto")
    put_what_is_there_before()
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=NAME,
        TemplateBody=stack.text(),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    status = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=NAME)
    made = {
        resource["LogicalResourceId"]: resource.get("PhysicalResourceId")
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    skipped = Counter(resource["Type"] for name, resource in stack.resources.items() if not made.get(name))
    table = boto3.client("dynamodb").describe_table(TableName=made["Table"])["Table"]
    return status, skipped, shape(table)


def unexpected(skipped: Iterable[str]) -> Iterator[str]:
    """What is skipped and should not be, and what need not be skipped any longer."""
    for kind in NOT_MADE ^ set(skipped):
        yield f"{kind} is {'made, and could be tried' if kind in NOT_MADE else 'not made'}"


def expiry(stack: Stack) -> str | None:
    """The attribute by which items expire, if they do."""
    written = stack["Table"].get("TimeToLiveSpecification", {})
    return written.get("AttributeName") if written.get("Enabled") is True else None


def put_what_is_there_before() -> None:
    """What docs/OPERATIONS.md makes before the first deployment, and what `sam package` uploads."""
    keys = json.dumps({"keys": []})
    boto3.client("ssm").put_parameter(Name="/tunelink/verifying-keys", Type="String", Value=keys)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "")
    s3 = boto3.client("s3")
    region = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket=CODE["Bucket"], CreateBucketConfiguration=region)
    s3.put_object(**CODE, Body=archive.getvalue())


def in_the_local_program() -> dict[str, Any]:
    """The shape of the table that the program makes at its start."""
    port, other = free_port(), free_port()
    arguments = ["serve", "--ephemeral", "--port", str(other), "--dynamodb-port", str(port)]
    program = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}")
        found = shape(when_it_is_there(client, program)["Table"])
        described = client.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]
        return found | {"expiry": described.get("AttributeName")}
    finally:
        program.terminate()
        program.wait()


def when_it_is_there(client: Any, program: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return client.describe_table(TableName=NAME)
        except (EndpointConnectionError, client.exceptions.ResourceNotFoundException):
            if time.monotonic() > deadline or program.poll() is not None:
                raise
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def shape(table: dict[str, Any]) -> dict[str, Any]:
    """What of a description depends on the definition alone, in an order of its own."""
    return {
        "keys": keys(table),
        "attributes": {it["AttributeName"]: it["AttributeType"] for it in table["AttributeDefinitions"]},
        "indexes": {index["IndexName"]: [keys(index), projection(index)] for index in table["GlobalSecondaryIndexes"]},
        "stream": table.get("StreamSpecification", {}).get("StreamViewType"),
        "billing": table.get("BillingModeSummary", {}).get("BillingMode"),
    }


def keys(part: dict[str, Any]) -> list[str]:
    return [f"{key['AttributeName']} {key['KeyType']}" for key in part["KeySchema"]]


def projection(index: dict[str, Any]) -> list[str]:
    return [index["Projection"]["ProjectionType"], *sorted(index["Projection"].get("NonKeyAttributes", []))]


def differences(deployed: dict[str, Any], local: dict[str, Any]) -> Iterator[str]:
    for part in deployed.keys() | local.keys():
        if deployed.get(part) != local.get(part):
            yield f"{part}: deployed {deployed.get(part)}, in the local program {local.get(part)}"


if __name__ == "__main__":
    sys.exit(main())
