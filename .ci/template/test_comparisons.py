"""That references are found, and that checkov's findings and tables are compared to the letter."""

import copy
import unittest
from typing import Any, Callable

import created
import waivers
from stack import inlined, references


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


class Tables(unittest.TestCase):
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
