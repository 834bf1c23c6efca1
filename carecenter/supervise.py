"""`make demo`: services, migrations, demo world, then web, worker and beat under one supervisor until Ctrl-C."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

from honcho.compat import ProcessManager
from honcho.manager import Manager

from carecenter import embedded

STOPPED = (128 + signal.SIGINT, 128 + signal.SIGTERM)  # the ordinary end of a demo
LOGINS = [
    ("13800000001", "manager (管理者)"),
    ("13800000002", "coordinator (调度)"),
    ("13800000003", "quality officer (督导)"),
    ("13800000004", "archivist (档案员)"),
    ("13800000101", "caregiver (服务员), phone"),
    ("13900000001", "second agency, manager"),
    ("13900000101", "second agency, caregiver"),
]


def main() -> int:
    embedded.stop_on_signals()
    host, port = os.environ.get("BIND", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    address = f"http://127.0.0.1:{port}"
    with embedded.only_one_demo():
        refuse_taken_port(host, port)
        try:
            print("Starting PostgreSQL and Redis ...", flush=True)  # noqa: T201
            env = {**os.environ, **embedded.start()}
            env[embedded.MARK] = str(embedded.ROOT)
            env.setdefault("SITE_URL", address)
            env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")  # our own machine
            prepare(env)
            return run(processes(host, port), env, address)
        except KeyboardInterrupt:
            return 0
        except subprocess.CalledProcessError as error:
            return error.returncode
        finally:
            if not embedded.real_servers():
                embedded.stop()


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SystemExit(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from None


def prepare(env: dict[str, str]) -> None:
    """Migrate as the owner, gather static files, cut the print fonts, fill an empty database with the demo world."""
    print("Preparing the database ...", flush=True)  # noqa: T201
    fonts = subprocess.Popen([sys.executable, "-m", "carecenter.fonts"], env=env)
    static = subprocess.Popen(manage("collectstatic", "--noinput", "--verbosity=0"), env=env)  # noqa: S603
    try:
        owner = {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}
        subprocess.run(manage("migrate", "--verbosity=0"), env=owner, check=True)  # noqa: S603
        subprocess.run(manage("demo", "--if-empty"), env=env, check=True)  # noqa: S603
        if static.wait():
            raise subprocess.CalledProcessError(static.returncode, "collectstatic")
        fonts.wait()  # papers are printed with the full fonts when these are missing
    finally:
        for process in (fonts, static):
            process.kill()
            process.wait()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def processes(host: str, port: int) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "carecenter"]
    gunicorn = [sys.executable, "-m", "gunicorn", "carecenter.wsgi", "--bind", f"{host}:{port}"]
    return {
        "web": [*gunicorn, "--no-control-socket", "--workers", "2", "--threads", "4", "--log-level", "warning"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"],
        "beat": [*celery, "beat", "--schedule", str(embedded.ROOT / "beat"), "--loglevel", "warning"],
    }


class Gentle(ProcessManager):
    def terminate(self, pid):
        """Ask the process alone, not its children: the worker lets them finish what they do."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def run(commands: dict[str, list[str]], env: dict[str, str], address: str) -> int:
    """Run them until one ends or somebody stops us; then end them all."""
    manager = Manager()
    manager._procmgr = Gentle()
    for name, command in commands.items():
        pool = {"DATABASE_POOL": "true"} if name == "web" else {}
        manager.add_process(name, shlex.join(["exec", *command]), env={**env, **pool})
    threading.Thread(target=announce, args=[address], daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in STOPPED else manager.returncode or 0


def announce(address: str) -> None:
    """Wait until the site is well, then say where it is and who may sign in."""
    while not is_well(address):
        time.sleep(0.2)
    rows = "\n".join(f"  {phone}  {who}" for phone, who in LOGINS)
    print(f"\ncarecenter is ready: {address}\nPassword of everyone: demo-2026\n{rows}\nCtrl-C stops it.\n", flush=True)  # noqa: T201


def is_well(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/", timeout=5):  # noqa: S310 -- our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
