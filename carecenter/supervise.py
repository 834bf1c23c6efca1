"""`make demo`: services, migrations, demo world, then web, worker and beat under one supervisor until Ctrl-C."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from honcho.manager import Manager

from carecenter import embedded

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
    port = os.environ.get("PORT", "8000")
    address = f"http://127.0.0.1:{port}"
    env = {**os.environ, **embedded.start(), "SITE_URL": os.environ.get("SITE_URL", address)}
    try:
        prepare(env)
        manager = Manager()
        for name, command in processes(port).items():
            manager.add_process(name, command, env=env)
        threading.Thread(target=announce, args=[address], daemon=True).start()
        manager.loop()
        return manager.returncode or 0
    finally:
        if not all(name in os.environ for name in embedded.SERVERS):
            embedded.stop()


def prepare(env: dict[str, str]) -> None:
    """Migrate as the owner, gather static files, fill an empty database with the demo world."""
    owner = {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}
    manage("migrate", "--verbosity=0", env=owner)
    manage("collectstatic", "--noinput", "--verbosity=0", env=env)
    manage("demo", "--if-empty", env=env)


def manage(*arguments: str, env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], env=env, check=True)  # noqa: S603 -- our own command


def processes(port: str) -> dict[str, str]:
    python = sys.executable
    return {
        "web": f"{python} -m gunicorn carecenter.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 4 "
        "--log-level warning",
        "worker": f"{python} -m celery -A carecenter worker --concurrency 2 --loglevel warning",
        "beat": f"{python} -m celery -A carecenter beat --schedule .local/beat --loglevel warning",
    }


def announce(address: str) -> None:
    """Wait until the site is well, then say where it is and who may sign in."""
    for _attempt in range(600):
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=5):  # noqa: S310 -- our own address
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    rows = "\n".join(f"  {phone}  {who}" for phone, who in LOGINS)
    print(f"\ncarecenter is ready: {address}\nPassword of everyone: demo-2026\n{rows}\nCtrl-C stops it.\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
