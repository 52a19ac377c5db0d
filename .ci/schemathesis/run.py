"""Calls every operation of a local backend with what its document allows and with what it does not.

`schemathesis` makes the requests out of the document and compares the replies with it, first as a member and then as
an admin. `TUNELINK_PROGRAM` names the program, and an argument how many requests each phase makes for an operation.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = os.environ.get("TUNELINK_PROGRAM", str(TARGET / "debug" / "tunelink"))
FOLDER = TARGET / "schemathesis"
# An admin first: by the time a member is through, the catalogue is another one.
CALLERS = ["admin", "member"]
EXAMPLES = 4
# What a member may not do. Elsewhere an admin is a member, so that it takes a long run to call everything as both.
OF_ADMINS = [
    "createGenre", "createInstrument", "createNotification", "deleteGenre", "deleteInstrument", "updateGenre",
    "updateInstrument",
]  # fmt: skip
# How long the program may take to start, in seconds.
PATIENCE = 60
# Operations that may go without a success, and why.
NEVER_SUCCEEDS: dict[str, str] = {}


def main() -> int:
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES
    port, other = free_port(), free_port()
    data = FOLDER / "data"
    # What schemathesis learnt in a run before would make this another one.
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    arguments = ["--port", str(port), "--dynamodb-port", str(other), "--data", str(data)]
    with (FOLDER / "backend.log").open("w") as log:
        program = subprocess.Popen(
            [PROGRAM, *arguments, "--attempts-per-address", "1000000"], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(port, program)
            admin = make_admin(url, data)
            failed = [caller for caller in CALLERS if not passes(caller, url, admin, examples)]
        finally:
            program.terminate()
            program.wait()
    faults = [f"failed as {caller}" for caller in failed] + faults_of_tally()
    print("\n".join(faults) or "Every operation succeeded, and none did what its document does not say.")
    return 1 if faults else 0


def passes(caller: str, url: str, admin: str, examples: int) -> bool:
    print(f"\n-- as {caller}, {examples} examples", flush=True)
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "TUNELINK_URL": url,
        "TUNELINK_ADMIN": admin,
        "TUNELINK_CALLER": caller,
        "TUNELINK_TALLY": str(tally(caller)),
    }
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"), "run",
        str(ROOT / "infra" / "openapi.json"), "--url", url, "--max-examples", str(examples), "--no-color",
    ]  # fmt: skip
    if os.environ.get("TUNELINK_REPORT"):
        command += ["--report", "ndjson", "--report-ndjson-path", str(FOLDER / f"{caller}.ndjson")]
    if caller == "admin" and examples <= EXAMPLES:
        command += [argument for name in OF_ADMINS for argument in ("--include-operation-id", name)]
    tally(caller).unlink(missing_ok=True)
    return subprocess.run(command, env=environment, cwd=FOLDER, check=False).returncode == 0


def faults_of_tally() -> list[str]:
    """A run in which every call is refused finds nothing: so every operation has to have succeeded."""
    successes: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for caller in CALLERS:
        if not tally(caller).exists():
            return [f"no calls were counted as {caller}"]
        for operation, status, count in json.loads(tally(caller).read_text()):
            statuses[status] += count
            successes[operation] += count if status < 300 else 0
    print(f"{statuses.total()} calls: " + ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())))
    few = sorted(successes.items(), key=lambda entry: entry[1])[:10]
    print("Least often succeeded: " + ", ".join(f"{name} {count}" for name, count in few))
    never = {name for name, count in successes.items() if count == 0} | (operations() - successes.keys())
    return [f"{name} never succeeded" for name in sorted(never - NEVER_SUCCEEDS.keys())] + [
        f"{name} succeeded, and need not be excused" for name in sorted(NEVER_SUCCEEDS.keys() - never)
    ]


def operations() -> set[str]:
    document = json.loads((ROOT / "infra" / "openapi.json").read_text())
    entries = (entry for path in document["paths"].values() for method, entry in path.items() if method[:2] != "x-")
    return {entry["operationId"] for entry in entries}


def tally(caller: str) -> Path:
    return FOLDER / f"{caller}.json"


def make_admin(url: str, data: Path) -> str:
    sys.path.insert(0, str(HERE))
    os.environ["TUNELINK_URL"] = url
    from stage import register

    name = register().name
    subprocess.run([PROGRAM, "make-admin", "--data", str(data), name], check=True, stdout=subprocess.DEVNULL)
    return name


def wait_for(port: int, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline or program.poll() is not None:
                raise
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
