"""That references are found, and that checkov's findings and tables are compared to the letter."""

import copy
import unittest
from typing import Any, Callable

import created
import serverless
import waivers
from stack import Stack, inlined, references


class References(unittest.TestCase):
    def test_substitutions_name_resources_but_not_their_own_variables_or_literals(self) -> None:
        value = {"Fn::Sub": ["${A.Arn}/${own}/${!literal}/${AWS::Region}", {"own": {"Ref": "B"}}]}
        self.assertEqual(list(references(value)), [("A", "Arn"), ("AWS::Region", None), ("B", None)])


class Waivers(unittest.TestCase):
    found = [("CKV_1", "SyncFunction"), ("CKV_1", "Table"), ("CKV_2", "Table")]

    def test_a_finding_without_a_waiver_is_told(self) -> None:
        faults = list(waivers.unwaived(self.found, {"CKV_1": ["*Function"], "CKV_2": ["Table"]}))
        self.assertEqual(faults, ["Table does not pass CKV_1"])

    def test_a_waiver_that_nothing_needs_is_told(self) -> None:
        faults = list(waivers.unused(self.found, {"CKV_1": ["*Function", "*Queue"], "CKV_2": ["Table"], "CKV_3": ["*"]}))
        self.assertEqual(
            faults, ["nothing needs the waiver of CKV_1 for *Queue", "nothing needs the waiver of CKV_3 for *"]
        )


class Lints(unittest.TestCase):
    def test_a_finding_is_named_after_its_resource_or_else_by_what_it_says(self) -> None:
        match = {"Location": {"Path": ["Resources", "Table", "Properties"]}, "Message": "no"}
        self.assertEqual(serverless.resource(match), "Table")
        for path in [None, [], ["Resources"]]:
            with self.subTest(path):
                self.assertEqual(serverless.resource({"Location": {"Path": path}, "Message": "no"}), "no")


class Made(unittest.TestCase):
    def test_what_moto_is_known_to_skip_is_not_told(self) -> None:
        self.assertEqual(list(created.unexpected(created.NOT_MADE)), [])

    def test_whatever_else_moto_skips_is_told(self) -> None:
        skipped = created.NOT_MADE | {"AWS::SQS::Queue"}
        self.assertEqual(list(created.unexpected(skipped)), ["AWS::SQS::Queue is not made"])

    def test_what_moto_no_longer_skips_is_told(self) -> None:
        skipped = created.NOT_MADE - {"AWS::CloudWatch::Alarm"}
        self.assertEqual(list(created.unexpected(skipped)), ["AWS::CloudWatch::Alarm is made, and could be tried"])


class Tables(unittest.TestCase):
    def test_items_expire_only_where_that_is_switched_on(self) -> None:
        for written, expiry in [({"Enabled": True}, "expires"), ({"Enabled": False}, None), ({}, None)]:
            with self.subTest(written):
                table = {"TimeToLiveSpecification": {"AttributeName": "expires", **written}}
                stack = Stack({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}})
                self.assertEqual(created.expiry(stack), expiry)

    def test_any_part_in_which_tables_differ_is_told(self) -> None:
        table = {**inlined()["Resources"]["Table"]["Properties"], "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
        deployed = created.shape(table)
        self.assertEqual(list(created.differences(deployed, created.shape(table))), [])
        ways: dict[str, Callable[[dict[str, Any]], Any]] = {
            "keys": lambda it: it["KeySchema"].pop(),
            "attributes": lambda it: it["AttributeDefinitions"][0].update(AttributeType="N"),
            "indexes": lambda it: it["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"].append("bio"),
            "stream": lambda it: it["StreamSpecification"].update(StreamViewType="KEYS_ONLY"),
            "billing": lambda it: it["BillingModeSummary"].update(BillingMode="PROVISIONED"),
        }
        for part, change in ways.items():
            with self.subTest(part):
                other = copy.deepcopy(table)
                change(other)
                (fault,) = created.differences(deployed, created.shape(other))
                self.assertTrue(fault.startswith(f"{part}: "), fault)


if __name__ == "__main__":
    unittest.main()
