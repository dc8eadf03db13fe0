"""`python -m tests.chaos`: the whole run; the last line is the account, the exit status whether it is good."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.run import Plan, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=Plan.events)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    parser.add_argument("--restarts", type=int, default=Plan.restarts)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="virton-chaos-") as folder:
        account = run(Path(folder), Plan(arguments.events, arguments.kills, arguments.restarts))
    for wrong in account.wrong:
        print(wrong)
    print(f"took {time.monotonic() - began:.0f} s")
    print(account)
    return 0 if account.passed else 1


if __name__ == "__main__":
    sys.exit(main())
