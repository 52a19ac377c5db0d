"""That each rule fails where it has to: the template is broken in memory, one thing at a time."""

import copy
import unittest
from typing import Any, Callable

import rights
import rules
from stack import Stack, inlined, named, transformed

Rule = Callable[[Stack], Any]


class Broken(unittest.TestCase):
    """A copy of the sound stack for each test, to break."""

    sound: Stack

    @classmethod
    def setUpClass(cls) -> None:
        Broken.sound = getattr(Broken, "sound", None) or transformed(inlined())

    def setUp(self) -> None:
        self.stack = Stack(copy.deepcopy(self.sound.template))

    def told(self, rule: Rule, *faults: str) -> None:
        self.assertCountEqual(rule(self.stack), faults)

    def forbid(self, role: str, action: str) -> None:
        for statement in rights.statements(self.stack[role]):
            statement["Action"] = [it for it in rights.listed(statement["Action"]) if it != action]

    def allow(self, role: str, **statement: Any) -> None:
        policy = self.stack[role]["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", **statement})


class Soundness(Broken):
    def test_the_template_breaks_no_rule(self) -> None:
        for rule in rules.RULES:
            with self.subTest(rule.__name__):
                self.told(rule)

    def test_every_rule_has_been_seen_to_fail(self) -> None:
        code = {name for case in [Functions, Gateways, Reaction, Rights, Whole] for name in names_in(case)}
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


class Rights(Broken):
    def test_wildcard_actions_are_told(self) -> None:
        for action in ["*", "dynamodb:*", "dynamodb:Get*", "dynamodb:GetIte?"]:
            with self.subTest(action):
                self.setUp()
                self.allow("SyncRole", Action=[action], Resource={"Fn::GetAtt": ["Table", "Arn"]})
                self.told(rights.no_action_is_a_wildcard, f"SyncRole allows {action}")

    def test_all_but_some_actions_are_told(self) -> None:
        self.allow("SyncRole", NotAction="iam:PassRole", Resource={"Fn::GetAtt": ["Table", "Arn"]})
        self.told(rights.no_action_is_a_wildcard, "SyncRole allows whatever is not listed")

    def test_a_wildcard_resource_is_told_even_beside_x_ray(self) -> None:
        self.allow("SyncRole", Action=["xray:PutTraceSegments", "sns:Publish"], Resource="*")
        fault = 'SyncRole allows xray:PutTraceSegments, sns:Publish on "*", which names no resource'
        self.told(rights.no_resource_is_a_wildcard_but_x_rays, fault)

    def test_a_resource_of_the_whole_account_is_told(self) -> None:
        resource = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"}
        self.allow("SyncRole", Action="dynamodb:DescribeTable", Resource=resource)
        (fault,) = rights.no_resource_is_a_wildcard_but_x_rays(self.stack)
        self.assertRegex(fault, "^SyncRole allows dynamodb:DescribeTable on .* names no resource$")

    def test_every_index_at_once_is_told(self) -> None:
        self.allow("SyncRole", Action="dynamodb:Query", Resource={"Fn::Sub": "${Table.Arn}/index/*"})
        self.told(rights.no_resource_is_a_wildcard_but_x_rays, "SyncRole allows dynamodb:Query on every index")

    def test_a_wildcard_in_either_branch_of_a_condition_is_told(self) -> None:
        policy = self.stack["SyncRole"]["Policies"][0]["PolicyDocument"]
        statement = {"Effect": "Allow", "Action": ["sns:*"], "Resource": {"Ref": "Alarms"}}
        policy["Statement"].append({"Fn::If": ["PushesToIos", {"Ref": "AWS::NoValue"}, statement]})
        self.told(rights.no_action_is_a_wildcard, "SyncRole allows sns:*")

    def test_items_of_every_partition_are_told(self) -> None:
        for condition in [{}, {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*"]}}}]:
            with self.subTest(str(condition)):
                self.setUp()
                self.allow("SyncRole", Action="dynamodb:GetItem", Resource={"Fn::GetAtt": ["Table", "Arn"]}, **condition)
                fault = "SyncRole reaches every partition with dynamodb:GetItem"
                self.told(rights.items_are_reached_by_their_partition, fault)

    def test_a_policy_of_others_is_told(self) -> None:
        self.stack["SyncRole"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]
        fault = 'SyncRole has "arn:aws:iam::aws:policy/AdministratorAccess"'
        self.told(rights.policies_of_others_are_not_attached, fault)

    def test_signing_keys_in_other_hands_are_told(self) -> None:
        secret = {"Fn::Sub": "secret:${IssuingSecret}-??????"}
        self.allow("SyncRole", Action="secretsmanager:GetSecretValue", Resource=secret)
        self.forbid("LogInRole", "secretsmanager:GetSecretValue")
        faults = ["SyncFunction may read a key that it never uses", "LogInFunction may not read the key that it uses"]
        self.told(rights.signing_keys_are_read_by_who_issues_tokens, *faults)

    def test_the_same_statement_a_second_time_is_told(self) -> None:
        statements = self.stack["SyncRole"]["Policies"][0]["PolicyDocument"]["Statement"]
        statements.append(copy.deepcopy(statements[0]))
        (fault,) = rights.nothing_is_allowed_twice(self.stack)
        self.assertRegex(fault, '^SyncRole has 2 times {"Action"')

    def test_a_policy_longer_than_iam_takes_is_told(self) -> None:
        self.allow("SyncRole", Action=["dynamodb:GetItem"] * 500, Resource={"Fn::GetAtt": ["Table", "Arn"]})
        (fault,) = rights.policies_are_short_enough(self.stack)
        self.assertRegex(fault, r"^SyncRole's policies have \d+ characters, and IAM takes 10240$")


if __name__ == "__main__":
    unittest.main()
