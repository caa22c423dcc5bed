"""``make run``: everything for trying Balai on one machine, in one process tree that Ctrl-C ends.

Starts the embedded PostgreSQL (or uses DATABASE_URL), brings the schemas up to date, makes the demo, imports
a register if one is named, then serves with gunicorn and a worker until it is stopped.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from config import embedded  # noqa: E402

_GRACE = 25  # seconds that a child gets to end by itself


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--register", type=Path, help="a register of training institutions (CSV) to import")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", 8000)))
    options = parser.parse_args()
    if options.register and not options.register.is_file():
        raise SystemExit(f"There is no file {options.register}.")
    _require_free_port(options.port)
    environment = _environment(options.port)
    os.environ.update(environment)
    # A stop while the set-up runs ends like Ctrl-C, through the same clean-up.
    signal.signal(signal.SIGTERM, _interrupt)
    started_database = embedded.is_chosen() and embedded.start()
    children: list[subprocess.Popen[bytes]] = []
    try:
        _prepare(options.register)
        children += _serve(options.port)
        _tell(options.port)
        return _wait(children)
    except KeyboardInterrupt:
        return 0
    except subprocess.CalledProcessError as error:
        return error.returncode
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end(children)
        if started_database:
            embedded.stop()
        sys.stdout.write("Stopped.\n")


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"Port {port} is in use. Choose another: PORT=8001 make run") from None


def _environment(port: int) -> dict[str, str]:
    defaults = {
        "BALAI_INSECURE_HTTP": "1",
        "BALAI_PORT_SUFFIX": f":{port}",
        "BALAI_BIND": f"127.0.0.1:{port}",
        "BALAI_LOG_LEVEL": "WARNING",
        "BALAI_LOG_FORM": "text",
        "BALAI_EMAIL_URL": f"filemail:///{embedded.VAR / 'mail'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    }
    if not os.environ.keys() & {"BALAI_DOMAIN", "BALAI_INSECURE_HTTP", "BALAI_EMAIL_URL"}:
        defaults["BALAI_MAIL_CATCHER"] = "1"
    return {name: os.environ.get(name, value) for name, value in defaults.items()}


def _prepare(register: Path | None) -> None:
    _manage("fleet", "--verbosity", "0", "migrate")
    _manage("load_regions", "--verbosity", "0")
    _manage("collectstatic", "--noinput", "--verbosity", "0")
    _manage("make_demo")
    _manage("fleet", "fill")
    if register:
        _manage("import_register", str(register), "--provision", "--report", str(embedded.VAR / "register-report.csv"))


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


def _serve(port: int) -> list[subprocess.Popen[bytes]]:
    # In a session of their own, so that the terminal's Ctrl-C reaches us alone and the order of the end is ours.
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "infra/gunicorn.conf.py", "--log-level=warning", "config.wsgi"]
    worker = [sys.executable, "manage.py", "procrastinate", "worker"]
    children = [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in (gunicorn, worker)]
    for _attempt in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return children
        if any(child.poll() is not None for child in children):
            break
        time.sleep(0.1)
    return children


def _tell(port: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from hub.centres import hosts
    from workflows import demo, demo_people

    hub = hosts.hub_url()
    lines = ["", f"Balai is up: {hub}", f"  Centres:        {hub}balai/", f"  Running work:   {hub}proses/"]
    if settings.BALAI_MAIL_CATCHER:
        lines.append(f"  Mail that was kept, not sent: {hub}surat/")
    lines += [f"  {centre.name}: {hosts.url_of(centre.slug)}" for centre in demo.example_centres()]
    lines += ["", f"Sign in at {hub}masuk/ (everyone and everything here is invented):"]
    lines += [f"  {line}" for line in demo_people.sign_ins()]
    lines += [
        "  The ministry's people set up a second factor first; any app for one-time codes will do.",
        f"Mail is not sent but kept in {embedded.VAR / 'mail'}.",
        "Ctrl-C stops everything.",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    connection.close()


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for child in children:
            if (code := child.poll()) is not None:
                sys.stderr.write(f"A process ended by itself with code {code}: {' '.join(map(str, child.args))}\n")  # type: ignore[arg-type]
                return code or 1
        time.sleep(0.3)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    until = time.monotonic() + _GRACE
    for child in children:
        try:
            child.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    raise SystemExit(main())
