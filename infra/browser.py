"""See to a system Chromium (for the browser tests) and pgbouncer (for the test that refuses it)."""

import os
import shutil
import subprocess
import sys

PROGRAMS = {"chromium": "chromium", "pgbouncer": "pgbouncer"}  # program → Debian's package


def main() -> int:
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if not missing:
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        sys.stdout.write(f"Installing {' and '.join(missing)} …\n")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "--no-install-recommends"]):
            arguments = [*command, *missing] if "install" in command else command
            if subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL).returncode:
                break
        missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if "chromium" in missing:
        sys.stderr.write("The browser tests need Chromium. Install it, for example: sudo apt-get install chromium\n")
        return 1
    if missing:
        sys.stderr.write(f"Without {missing[0]} one test is skipped.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
