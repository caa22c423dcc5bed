"""Gunicorn: a few processes with threads. Each process has its own pool of database connections."""

import multiprocessing
import os
import sys
from typing import Any

bind = os.environ.get("BALAI_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("BALAI_WORKERS", min(4, multiprocessing.cpu_count())))
threads = int(os.environ.get("BALAI_THREADS", 4))
worker_class = "gthread"
timeout = 60  # seconds a worker may be silent
graceful_timeout = 20  # seconds for requests under way at a restart
keepalive = 5  # seconds; phones on weak networks reuse a connection
# Processes are replaced now and then, not all at once.
max_requests = 20_000
max_requests_jitter = 2_000
# A worker's heartbeat file belongs in memory, not on a disk that may stall.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112
# Behind a proxy on another address, name it here.
forwarded_allow_ips = os.environ.get("BALAI_PROXY_IPS", "127.0.0.1")
chdir = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
pythonpath = f"{chdir},{chdir}/platform"

# Each process counts requests in files, which whoever is asked for /metrics adds up. A reload (HUP) runs this file
# again in the same master, and so keeps the folder; an upgraded master (USR2) has one of its own.
sys.path[:0] = [path for path in (chdir, f"{chdir}/platform") if path not in sys.path]

from config import counters  # noqa: E402  (found only now)

_folder = counters.folder_of_this_master()
os.environ[counters.VARIABLE] = str(_folder)


def on_starting(server: Any) -> None:
    counters.begin(_folder)


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    try:
        multiprocess.mark_process_dead(worker.pid)
        counters.fold(_folder, living=set(server.WORKERS))
    except OSError:
        # Numbers must not take the master down.
        server.log.exception("The counters of a process that ended were not folded.")


def on_exit(server: Any) -> None:
    counters.end(_folder)
