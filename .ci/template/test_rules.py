"""That each rule fails where it has to: the template is broken in memory, one thing at a time."""

import unittest
from typing import Any

import rights
import rules
import test_rights
from broken import Broken
from stack import named


class Soundness(Broken):
    def test_the_template_breaks_no_rule(self) -> None:
        for rule in rules.RULES:
            with self.subTest(rule.__name__):
                self.told(rule)

    def test_every_rule_has_been_seen_to_fail(self) -> None:
        code = {name for case in [Functions, Gateways, Reaction, test_rights.Rights, Whole] for name in names_in(case)}
        self.assertEqual([rule.__name__ for rule in rules.RULES if rule.__name__ not in code], [])


def names_in(case: type) -> set[str]:
    return {name for test in vars(case).values() if callable(test) for name in test.__code__.co_names}


class Whole(Broken):
    def test_too_many_resources_are_told(self) -> None:
        extra = {f"Extra{n}": {"Type": "AWS::SNS::Topic"} for n in range(rules.RESOURCES - len(self.stack.resources))}
        self.stack.resources.update(extra)
        self.told(rules.size_leaves_room, "there are 400 resources")

    def test_too_large_a_document_is_told(self) -> None:
        self.stack.document()["info"]["description"] = "x" * rules.BYTES
        (fault,) = rules.size_leaves_room(self.stack)
        self.assertRegex(fault, r"the template has \d+ bytes")

    def test_a_function_that_only_the_document_knows_is_told(self) -> None:
        operation = self.stack.document()["paths"]["/$default"]["x-amazon-apigateway-any-method"]
        operation["x-amazon-apigateway-integration"]["uri"] = {"Fn::Sub": "path/${LostFunction.Arn}/invocations"}
        self.told(rules.every_reference_resolves, "HttpApi refers to LostFunction, which is not there")

    def test_a_role_that_only_the_document_knows_is_told(self) -> None:
        operation = self.stack.document()["paths"]["/$default"]["x-amazon-apigateway-any-method"]
        operation["x-amazon-apigateway-integration"]["credentials"] = {"Fn::GetAtt": ["LostRole", "Arn"]}
        self.told(rules.every_reference_resolves, "HttpApi refers to LostRole, which is not there")

    def test_an_output_of_nothing_is_told(self) -> None:
        self.stack.template["Outputs"]["TableName"]["Value"] = {"Ref": "Chair"}
        self.told(rules.every_reference_resolves, "TableName refers to Chair, which is not there")

    def test_a_table_that_can_be_lost_is_told(self) -> None:
        del self.stack.resources["Table"]["UpdateReplacePolicy"]
        self.stack["Table"]["DeletionProtectionEnabled"] = False
        del self.stack["Table"]["PointInTimeRecoverySpecification"]
        faults = ["Table goes with the stack", "Table can be deleted", "Table cannot be restored"]
        self.told(rules.data_outlive_the_stack, *faults)

    def test_an_alarm_without_a_listener_is_told(self) -> None:
        self.stack["SlowAlarm"]["AlarmActions"] = []
        self.told(rules.somebody_hears_of_every_alarm, "SlowAlarm tells nobody")

    def test_what_is_switched_off_is_told(self) -> None:
        off = {"ReactMapping": {"Enabled": False}, "EraseDueSchedule": {"State": "DISABLED"}}
        for name, change in {**off, "SlowAlarm": {"ActionsEnabled": False}}.items():
            with self.subTest(name):
                self.setUp()
                self.stack[name].update(change)
                self.told(rules.nothing_is_switched_off, f"{name} is switched off")


class Functions(Broken):
    def test_a_shared_role_is_told_of_both(self) -> None:
        self.stack["LogInFunction"]["Role"] = self.stack["RegisterFunction"]["Role"]
        faults = ["LogInFunction has no role of its own", "RegisterFunction has no role of its own"]
        self.told(rules.every_function_has_a_role_of_its_own, *faults)

    def test_a_role_from_elsewhere_is_told(self) -> None:
        self.stack["SyncFunction"]["Role"] = "arn:aws:iam::123456789012:role/admin"
        self.told(rules.every_function_has_a_role_of_its_own, "SyncFunction has no role of its own")

    def test_the_log_group_that_lambda_makes_is_told(self) -> None:
        del self.stack["SyncFunction"]["LoggingConfig"]["LogGroup"]
        self.told(rules.every_function_has_a_log_group_of_its_own, "SyncFunction has no log group of its own")

    def test_a_log_group_that_may_not_be_written_to_is_told(self) -> None:
        self.forbid("SyncRole", "logs:PutLogEvents")
        self.told(rules.every_function_has_a_log_group_of_its_own, "SyncFunction may not write to its log group")

    def test_logs_without_retention_are_told(self) -> None:
        del self.stack["SyncLogs"]["RetentionInDays"]
        self.told(rules.logs_are_forgotten, "SyncLogs keeps logs for ever")

    def test_a_function_that_passes_traces_through_is_told(self) -> None:
        self.stack["SyncFunction"]["TracingConfig"]["Mode"] = "PassThrough"
        self.told(rules.every_function_is_traced, "SyncFunction is not traced")

    def test_a_function_that_may_not_send_traces_is_told(self) -> None:
        self.forbid("SyncRole", "xray:PutTelemetryRecords")
        self.told(rules.every_function_is_traced, "SyncFunction may not send traces")

    def test_logs_as_text_are_told(self) -> None:
        del self.stack["SyncFunction"]["LoggingConfig"]["LogFormat"]
        self.told(rules.every_function_logs_json, "SyncFunction logs text")


class Gateways(Broken):
    def integration(self, path: str) -> dict[str, Any]:
        return self.stack.document()["paths"][path]["post"]["x-amazon-apigateway-integration"]

    def test_an_operation_with_the_function_of_another_is_told(self) -> None:
        self.integration("/v1/sync")["uri"] = {"Fn::Sub": "path/${RegisterFunction.Arn}/invocations"}
        fault = "post /v1/sync is not handed to SyncFunction"
        self.told(rules.every_operation_is_handed_to_its_own_function, fault)

    def test_a_call_that_is_handed_over_otherwise_is_told(self) -> None:
        for key, value in rules.INTEGRATION.items():
            with self.subTest(key):
                self.setUp()
                self.integration("/v1/sync")[key] = "other"
                fault = f"post /v1/sync has not {value} as {key}"
                self.told(rules.every_operation_is_handed_to_its_own_function, fault)

    def test_a_gateway_that_waits_too_long_is_told(self) -> None:
        self.integration("/v1/sync")["timeoutInMillis"] = 30_001
        fault = "post /v1/sync waits for longer than 30 s"
        self.told(rules.every_operation_is_handed_to_its_own_function, fault)

    def test_a_call_that_the_gateway_may_not_make_is_told(self) -> None:
        (statement,) = rights.statements(self.stack["GatewayRole"])
        statement["Resource"] = [it for it in statement["Resource"] if named(it) != "SyncFunction"]
        fault = "post /v1/sync calls SyncFunction, which GatewayRole may not"
        self.told(rules.every_call_is_allowed, fault)

    def test_a_right_of_the_gateway_that_no_route_needs_is_told(self) -> None:
        (statement,) = rights.statements(self.stack["GatewayRole"])
        statement["Resource"].append({"Fn::GetAtt": ["EraseDueFunction", "Arn"]})
        self.told(rules.every_call_is_allowed, "GatewayRole may call EraseDueFunction, which no route does")

    def test_a_route_without_integration_is_told(self) -> None:
        del self.stack.document()["paths"]["/v1/sync"]["post"]["x-amazon-apigateway-integration"]
        faults = ["post /v1/sync calls no function", "GatewayRole may call SyncFunction, which no route does"]
        self.told(rules.every_call_is_allowed, *faults)

    def test_an_integration_with_other_rights_is_told(self) -> None:
        self.stack["LiveReceiveIntegration"]["CredentialsArn"] = {"Fn::GetAtt": ["ScheduleRole", "Arn"]}
        self.told(rules.every_call_is_allowed, "LiveDefaultRoute is not called as GatewayRole")

    def test_a_function_whose_path_is_gone_is_told(self) -> None:
        del self.stack.document()["paths"]["/v1/sync"]
        self.told(rules.every_function_is_reached, "SyncFunction has no route, no stream and no schedule")

    def test_a_function_whose_socket_route_is_gone_is_told(self) -> None:
        del self.stack.resources["LiveDefaultRoute"]
        self.told(rules.every_function_is_reached, "ReceiveFunction has no route, no stream and no schedule")

    def test_functions_without_stream_or_schedule_are_told(self) -> None:
        del self.stack.resources["ReactMapping"], self.stack.resources["EraseDueSchedule"]
        faults = [f"{name} has no route, no stream and no schedule" for name in ["ReactFunction", "EraseDueFunction"]]
        self.told(rules.every_function_is_reached, *faults)

    def test_a_schedule_that_may_not_call_is_told(self) -> None:
        self.forbid("ScheduleRole", "lambda:InvokeFunction")
        self.told(rules.every_function_is_reached, "the schedule may not call EraseDueFunction")

    def test_a_function_that_outlasts_the_http_api_is_told(self) -> None:
        self.stack["SyncFunction"]["Timeout"] = 31
        fault = "SyncFunction takes 31 s, and the gateway waits for 30 s"
        self.told(rules.functions_end_before_the_gateway_stops_waiting, fault)

    def test_a_function_that_outlasts_the_websocket_api_is_told(self) -> None:
        self.stack["ConnectFunction"]["Timeout"] = 30
        fault = "ConnectFunction takes 30 s, and the gateway waits for 29 s"
        self.told(rules.functions_end_before_the_gateway_stops_waiting, fault)

    def test_a_deployment_that_may_come_before_a_route_is_told(self) -> None:
        self.stack.resources["LiveDeployment"]["DependsOn"].remove("LiveDefaultRoute")
        fault = "LiveDeployment may come before LiveDefaultRoute"
        self.told(rules.sockets_are_deployed_with_every_route, fault)


class Reaction(Broken):
    def test_whatever_the_mapping_lacks_is_told(self) -> None:
        broken = {
            "MaximumRetryAttempts": "ReactMapping's MaximumRetryAttempts is not 5",
            "BisectBatchOnFunctionError": "ReactMapping's BisectBatchOnFunctionError is not True",
            "FunctionResponseTypes": "ReactMapping's FunctionResponseTypes is not ['ReportBatchItemFailures']",
            "FilterCriteria": "ReactMapping has no filter",
            "DestinationConfig": "ReactMapping has no queue of failures",
        }
        for name, fault in broken.items():
            with self.subTest(name):
                self.setUp()
                del self.stack["ReactMapping"][name]
                self.told(rules.what_the_reaction_cannot_do_is_kept, fault)

    def test_each_right_on_the_stream_that_is_lacking_is_told(self) -> None:
        for action in ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]:
            with self.subTest(action):
                self.setUp()
                self.forbid("ReactRole", f"dynamodb:{action}")
                self.told(rules.the_reaction_may_read_and_give_up, f"the reaction lacks dynamodb:{action}")

    def test_a_queue_that_may_not_be_sent_to_is_told(self) -> None:
        self.forbid("ReactRole", "sqs:SendMessage")
        self.told(rules.the_reaction_may_read_and_give_up, "the reaction may not send to FailureQueue")


if __name__ == "__main__":
    unittest.main()
