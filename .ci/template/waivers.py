"""Runs checkov over template.yaml, and holds what it finds against `.ci/checkov.yaml`, entry by entry."""

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Iterable, Iterator

import yaml

from stack import ROOT

CHECKOV = Path(sys.executable).with_name("checkov")

# The name of a check, and that of a resource which does not pass it.
Finding = tuple[str, str]
Waivers = dict[str, list[str]]


def main() -> int:
    waivers = yaml.safe_load((ROOT / ".ci" / "checkov.yaml").read_text())
    passed, findings = checkov()
    faults = [*unwaived(findings, waivers), *unused(findings, waivers)]
    print("\n".join(faults) or f"{passed} passed; {len(findings)} findings are waived, by {len(waivers)} reasons")
    return 1 if faults else 0


def checkov() -> tuple[int, list[Finding]]:
    """How many checks passed, and what did not."""
    # Without `--skip-download` it asks its maker for more about each check.
    arguments = ["--skip-download", "--framework", "cloudformation", "--file", "template.yaml", "--output", "json"]
    run = subprocess.run([CHECKOV, *arguments, "--soft-fail"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    report = json.loads(run.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        sys.exit("checkov could not read template.yaml")
    # An entry in the template itself would be a waiver as well, and one without a check whether it is needed.
    failed = report["results"]["failed_checks"] + report["results"]["skipped_checks"]
    findings = [(check["check_id"], check["resource"].rpartition(".")[2]) for check in failed]
    return report["summary"]["passed"], findings


def unwaived(findings: Iterable[Finding], waivers: Waivers) -> Iterator[str]:
    for check, resource in findings:
        if not any(fnmatchcase(resource, pattern) for pattern in waivers.get(check, [])):
            yield f"{resource} does not pass {check}"


def unused(findings: list[Finding], waivers: Waivers) -> Iterator[str]:
    for check, patterns in waivers.items():
        for pattern in patterns:
            if not any(check == found and fnmatchcase(resource, pattern) for found, resource in findings):
                yield f"nothing needs the waiver of {check} for {pattern}"


if __name__ == "__main__":
    sys.exit(main())
