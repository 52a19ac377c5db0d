"""Runs cfn-lint with AWS's serverless rules, and holds what it finds against `.ci/serverless.yaml`, entry by entry.

The template is linted with the document inlined, as `check.py` leaves it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from stack import ROOT
from waivers import Finding, unused, unwaived

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
RULES = "cfn_lint_serverless.rules"
TEMPLATE = "target/template/inlined.json"


def main() -> int:
    waivers = yaml.safe_load((ROOT / ".ci" / "serverless.yaml").read_text())
    findings = linted()
    faults = [*unwaived(findings, waivers), *unused(findings, waivers)]
    print("\n".join(faults) or f"{len(findings)} findings are waived, by {len(waivers)} reasons")
    return 1 if faults else 0


def linted() -> list[Finding]:
    """All that cfn-lint finds, its own rules included."""
    arguments = ["--append-rules", RULES, "--format", "json", "--non-zero-exit-code", "none", "--template", TEMPLATE]
    run = subprocess.run([CFN_LINT, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [(match["Rule"]["Id"], resource(match)) for match in json.loads(run.stdout or "[]")]


def resource(match: dict[str, Any]) -> str:
    """The name of what a finding is about, or, where it is about no part of the template, what it says."""
    path = match["Location"].get("Path") or []
    return path[1] if len(path) > 1 else match["Message"]


if __name__ == "__main__":
    sys.exit(main())
