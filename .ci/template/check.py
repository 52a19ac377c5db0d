"""Transforms template.yaml, says how big it becomes, and holds it against the rules.

Leaves behind, for other checks, the template with the document inlined, and what becomes of it:
`target/template/inlined.json` and `target/template/transformed.json`.
"""

import json
import sys

from rules import BYTES, RESOURCES, RULES
from stack import ROOT, inlined, transformed


def main() -> int:
    template = inlined()
    stack = transformed(template)
    folder = ROOT / "target" / "template"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inlined.json").write_text(json.dumps(template, indent=1, ensure_ascii=False))
    (folder / "transformed.json").write_text(stack.text())

    size = len(stack.text().encode())
    print(f"{len(stack.resources)} resources (of {RESOURCES}), {size / 1000:.0f} KB (of {BYTES / 1000:.0f})")
    faults = [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(stack)]
    print("\n".join(faults) or f"{len(RULES)} rules hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
