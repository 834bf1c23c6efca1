"""Database and files in one archive, and back.

    python -m carecenter.backup save [FILE]     by default .local/backups/carecenter-<time>.zip
    python -m carecenter.backup restore FILE    while nothing else uses the database

The archive holds no keys, only their fingerprints: keep FIELD_KEYS and LOOKUP_KEY elsewhere.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from carecenter import embedded, postgres

DUMP, KEYS, MEDIA = "database.dump", "keys", "media/"


def save(env: Mapping[str, str], media: Path, target: Path) -> None:
    """Rows first, then files: a file that came in between is more, never less, than the rows name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.touch(mode=0o600)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, zipfile.ZipFile(part, "w") as archive:
        dump = Path(folder) / DUMP
        _program("pg_dump", env["DATABASE_OWNER_URL"], "--format=custom", "--no-owner", f"--file={dump}")
        archive.write(dump, DUMP)
        archive.writestr(KEYS, "\n".join(sorted(_fingerprints(env))))
        for path in sorted(media.rglob("*")):
            if path.is_file():
                archive.write(path, f"{MEDIA}{path.relative_to(media)}")
    part.replace(target)


def restore(env: Mapping[str, str], media: Path, source: Path) -> None:
    """Build everything beside what is there, and change places only when it is whole."""
    if not zipfile.is_zipfile(source):
        raise SystemExit(f"{source} is not a whole backup.")
    with zipfile.ZipFile(source) as archive:
        if not set(archive.read(KEYS).decode().split()) <= _fingerprints(env):
            raise SystemExit(
                "This backup was made with other keys. Set FIELD_KEYS and LOOKUP_KEY to those of then and try again."
            )
        media.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=media.parent) as folder:
            archive.extractall(folder)  # never outside the folder: zipfile strips what leads out
            files = Path(folder) / MEDIA
            files.mkdir(exist_ok=True)
            _restore_database(env["DATABASE_OWNER_URL"], Path(folder) / DUMP)
            if media.exists():
                media.rename(Path(folder) / "before")
            files.rename(media)


def _restore_database(url, dump):
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    new, before = f"{name}_restored", f"{name}_before"
    with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
        _execute(server, "DROP DATABASE IF EXISTS {}", new)
        _execute(server, "CREATE DATABASE {} TEMPLATE template0", new)
        try:
            _program("pg_restore", url, str(dump), "--exit-on-error", "--no-owner", dbname=new)
            with server.transaction():
                _execute(server, "ALTER DATABASE {} RENAME TO {}", name, before)
                _execute(server, "ALTER DATABASE {} RENAME TO {}", new, name)
        except psycopg.errors.ObjectInUse:
            raise SystemExit("Somebody still uses the database. Stop web, worker and beat and try again.") from None
        finally:
            for leaving in (new, before):
                _execute(server, "DROP DATABASE IF EXISTS {}", leaving)


def _execute(server, statement, *names):
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _fingerprints(env):
    keys = [env["LOOKUP_KEY"], *env["FIELD_KEYS"].split(",")]
    return {hashlib.sha256(key.strip().encode()).hexdigest()[:16] for key in keys}


def _program(name, url, *arguments, **changes):
    """Run one of PostgreSQL's own programs; the password stays out of the list of processes."""
    target = {**psycopg.conninfo.conninfo_to_dict(url), **changes}
    secret = {"PGPASSWORD": target.pop("password", "")}
    address = psycopg.conninfo.make_conninfo("", **target)
    command = [postgres.program(name), f"--dbname={address}", *arguments]
    if subprocess.run(command, env={**os.environ, **secret}, check=False).returncode:  # noqa: S603 -- see above
        raise SystemExit(f"{name} failed; what it said stands above. Nothing was changed.")


@contextmanager
def _servers():
    """The environment, with the embedded servers running for as long as it takes."""
    left_running = embedded.real_servers() or embedded.is_running()
    try:
        yield embedded.start()
    finally:
        if not left_running:
            embedded.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["save", "restore"])
    parser.add_argument("file", nargs="?", type=Path)
    options = parser.parse_args()
    media = Path(os.environ.get("MEDIA_ROOT", embedded.ROOT / "media"))
    if options.verb == "save":
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        target = options.file or embedded.ROOT / "backups" / f"carecenter-{stamp}.zip"
        with _servers() as env:
            save(env, media, target.resolve())
        print(f"Saved to {target}. Keep FIELD_KEYS and LOOKUP_KEY elsewhere.")  # noqa: T201
    elif options.file is None or not options.file.exists():
        parser.error("name the archive to restore from")
    else:
        with embedded.only_one_demo(), _servers() as env:
            restore(env, media, options.file.resolve())
        print(f"Restored from {options.file}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
