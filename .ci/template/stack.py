"""What CloudFormation gets to see: template.yaml with the OpenAPI document inlined, after the SAM transform."""

import copy
import json
import re
from pathlib import Path
from typing import Any, Iterator

from cfnlint.decode import cfn_yaml
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")

# What `sam package` puts in the place of the folders with the binaries.
CODE = {"Bucket": "code", "Key": "function.zip"}


def inlined() -> dict[str, Any]:
    """template.yaml with the document in the place of `AWS::Include`, into which no linter looks."""
    template = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "template.yaml"))))
    api = template["Resources"]["HttpApi"]["Properties"]
    document = ROOT / api["DefinitionBody"]["Fn::Transform"]["Parameters"]["Location"]
    api["DefinitionBody"] = json.loads(document.read_text())
    return template


def transformed(template: dict[str, Any]) -> "Stack":
    """The template as AWS's own translator leaves it. It wants to know the region: `AWS_DEFAULT_REGION`."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    return Stack(transform(template, {}, NoManagedPolicies()))


class NoManagedPolicies:
    """SAM asks for the names of AWS's policies, none of which functions here have."""

    def load(self) -> dict[str, str]:
        return {}


class Stack:
    """A transformed template."""

    def __init__(self, template: dict[str, Any]):
        self.template = template
        self.resources: dict[str, dict[str, Any]] = template["Resources"]

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.resources[name]["Properties"]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by name."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def functions(self) -> dict[str, dict[str, Any]]:
        return self.of("AWS::Lambda::Function")

    def document(self) -> dict[str, Any]:
        return self["HttpApi"]["Body"]

    def text(self) -> str:
        """As it is handed over: indented by nothing."""
        return json.dumps(self.template, ensure_ascii=False, separators=(",", ":"))


def references(value: Any) -> Iterator[tuple[str, str | None]]:
    """The resources and parameters that are named anywhere in a value, each with the attribute that is asked for."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if set(value) == {"Ref"}:
            yield value["Ref"], None
        elif set(value) == {"Fn::GetAtt"}:
            name, attribute = value["Fn::GetAtt"]
            yield name, attribute
        elif set(value) == {"Fn::Sub"}:
            yield from of_substitution(value["Fn::Sub"])
        else:
            for item in value.values():
                yield from references(item)


def of_substitution(value: str | list[Any]) -> Iterator[tuple[str, str | None]]:
    text, own = (value, {}) if isinstance(value, str) else value
    for variable in VARIABLE.findall(text):
        if variable not in own:
            name, _, attribute = variable.partition(".")
            yield name, attribute or None
    yield from references(list(own.values()))


def named(value: Any) -> str | None:
    """The one resource that a value names."""
    names = {name for name, _ in references(value) if not name.startswith("AWS::")}
    return names.pop() if len(names) == 1 else None
