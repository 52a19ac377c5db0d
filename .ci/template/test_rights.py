"""That each rule about roles fails where it has to."""

import copy
import json
import unittest
from typing import Any

import rights
import rules
from broken import Broken


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
        (fault,) = rights.no_resource_is_a_wildcard_but_x_rays(self.stack)
        self.assertRegex(fault, "^SyncRole allows dynamodb:Query on .* names more than it may$")

    def test_a_wildcard_beside_a_name_is_told(self) -> None:
        table = {"Fn::GetAtt": ["Table", "Arn"]}
        ways: list[Any] = [
            {"Fn::If": ["PushesToIos", "*", table]},
            {"Fn::If": ["PushesToIos", ["*"], [table]]},
            {"Fn::Sub": "${Table.Arn}*"},
            {"Fn::Sub": "arn:aws:dynamodb:*:*:table/${Table}"},
            {"Fn::Join": ["", [table, "/*"]]},
        ]
        for resource in ways:
            with self.subTest(str(resource)):
                self.setUp()
                self.allow("SyncRole", Action="dynamodb:DescribeTable", Resource=resource)
                (fault,) = rights.no_resource_is_a_wildcard_but_x_rays(self.stack)
                self.assertRegex(fault, "names more than it may$")

    def test_an_open_end_is_told_of_an_action_that_may_not_have_it(self) -> None:
        for actions in [["sns:Subscribe"], ["sns:Publish", "sns:Subscribe"]]:
            with self.subTest(str(actions)):
                self.setUp()
                resource = {"Fn::Sub": ["${Endpoint}/*", {"Endpoint": {"Ref": "ApnsApplication"}}]}
                self.allow("SyncRole", Action=actions, Resource=resource)
                (fault,) = rights.no_resource_is_a_wildcard_but_x_rays(self.stack)
                self.assertRegex(fault, "names more than it may$")

    def test_what_is_denied_is_not_taken_for_allowed(self) -> None:
        for statement in rights.statements(self.stack["GatewayRole"]):
            statement["Effect"] = "Deny"
        faults = list(rules.every_call_is_allowed(self.stack))
        self.assertIn("post /v1/sync calls SyncFunction, which GatewayRole may not", faults)

    def test_a_condition_that_does_not_hold_for_every_item_is_told(self) -> None:
        for how in ["ForAnyValue:StringLike", "ForAllValues:StringNotLike"]:
            with self.subTest(how):
                self.setUp()
                condition = {how: {"dynamodb:LeadingKeys": ["U#*"]}}
                table = {"Fn::GetAtt": ["Table", "Arn"]}
                self.allow("SyncRole", Action="dynamodb:GetItem", Resource=table, Condition=condition)
                fault = "SyncRole reaches every partition with dynamodb:GetItem"
                self.told(rights.items_are_reached_by_their_partition, fault)

    def test_ways_past_the_partition_are_told(self) -> None:
        for action in ["dynamodb:Scan", "dynamodb:PartiQLSelect"]:
            with self.subTest(action):
                self.setUp()
                condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["U#*"]}}
                table = {"Fn::GetAtt": ["Table", "Arn"]}
                self.allow("SyncRole", Action=action, Resource=table, Condition=condition)
                fault = f"SyncRole reaches every partition with {action}"
                self.told(rights.items_are_reached_by_their_partition, fault)

    def test_rights_beside_roles_are_told(self) -> None:
        for kind in rights.ELSEWHERE:
            with self.subTest(kind):
                self.setUp()
                self.stack.resources["Extra"] = {"Type": kind, "Properties": {}}
                self.told(rights.rights_are_given_by_roles_alone, "Extra gives rights beside roles")

    def test_a_role_that_others_may_take_is_told(self) -> None:
        for who in ["*", {"AWS": "*"}, {"Service": "ec2.amazonaws.com"}, {"Service": "*"}]:
            with self.subTest(str(who)):
                self.setUp()
                self.stack["SyncRole"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = who
                fault = f"SyncRole is taken by {json.dumps(who)}"
                self.told(rights.roles_are_taken_by_their_service_alone, fault)

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
