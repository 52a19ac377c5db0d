"""The sound stack, for tests to break."""

import copy
import unittest
from typing import Any, Callable

import rights
from stack import Stack, inlined, transformed

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
