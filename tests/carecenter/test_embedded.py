"""The embedded servers keep data and secrets over a restart; a backup brings both rows and files back."""

import os
import shutil
import signal
import socket
import subprocess
import sys

import psutil
import psycopg
import pytest
from redis import AuthenticationError, Redis

from carecenter import backup, embedded, supervise


@pytest.fixture(scope="module")
def root(testrun_uid, worker_id):
    """Servers of their own; not below pytest's folder, which is closed to the account PostgreSQL runs under."""
    folder = embedded.ROOT / "test" / f"servers-{testrun_uid[:8]}-{worker_id}"
    hidden = {name: os.environ.pop(name) for name in (*embedded.SERVERS, "FIELD_KEYS", "LOOKUP_KEY", "SECRET_KEY")}
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)
    os.environ.update(hidden)


@pytest.fixture
def env(root):
    started = embedded.start(root)
    with psycopg.connect(started["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS note")
        connection.execute("CREATE TABLE note (body text)")
        connection.execute("GRANT SELECT ON note TO carecenter_app")
    return started


def rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT body FROM note ORDER BY body").fetchall()


def write(env, body):
    with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO note VALUES (%s)", [body])


def test_a_restart_finds_data_and_secrets(root, env):
    write(env, "before")
    Redis.from_url(env["REDIS_URL"]).set("bell", "1")
    embedded.stop(root)
    assert not embedded.is_running(root)
    again = embedded.start(root)
    assert again == env
    assert rows(again["DATABASE_URL"]) == [("before",)]
    assert Redis.from_url(again["REDIS_URL"]).get("bell") == b"1"
    assert (root / "env").stat().st_mode & 0o777 == 0o600


def test_starting_twice_changes_nothing(root, env):
    assert embedded.start(root) == env


def test_a_moved_port_is_followed(root, env):
    write(env, "before")
    embedded.stop(root)
    port = psycopg.conninfo.conninfo_to_dict(env["DATABASE_URL"])["port"]
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import socket; s = socket.create_server(('127.0.0.1', {port})); print(); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        assert rows(embedded.start(root)["DATABASE_URL"]) == [("before",)]
    finally:
        holder.communicate()


def test_wrong_passwords_open_nothing(env):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(env[name], password="guess")
    with pytest.raises(AuthenticationError):
        Redis.from_url(env["REDIS_URL"].replace("redis://:", "redis://:x")).ping()


def test_real_servers_are_named_together_or_not_at_all(root, env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/carecenter")
    with pytest.raises(SystemExit, match="Set DATABASE_OWNER_URL, REDIS_URL as well"):
        embedded.start(root)
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://db.example/carecenter")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    started = embedded.start(root)
    assert started["REDIS_URL"] == "redis://redis.example/0"
    assert embedded.read_env(root) == env  # not written down as if they were ours


def test_a_shell_that_has_read_our_env_still_gets_our_servers(root, env, monkeypatch):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert not embedded.real_servers(root)


def test_run_ends_with_the_command_and_stops_what_it_started(root, env):
    embedded.stop(root)
    command = [sys.executable, "-m", "carecenter.embedded", "run", "--root", str(root), "--", "sh", "-c", "exit 7"]
    assert subprocess.run(command, check=False).returncode == 7
    assert not embedded.is_running(root)


def test_run_stops_its_servers_when_it_is_told_to_end(root):
    program = "import time; print('up', flush=True); time.sleep(600)"
    command = ["-m", "carecenter.embedded", "run", "--root", str(root), "--", sys.executable, "-c", program]
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, start_new_session=True) as running:
        running.stdout.readline()
        os.killpg(running.pid, signal.SIGTERM)
    assert running.returncode == 143
    assert not embedded.is_running(root)


@pytest.fixture
def saved(env, tmp_path):
    write(env, "kept")
    media = tmp_path / "media"
    (media / "1").mkdir(parents=True)
    (media / "1" / "scan.pdf").write_bytes(b"%PDF")
    archive = tmp_path / "backup.zip"
    backup.save(env, media, archive)
    write(env, "later")
    (media / "1" / "later.pdf").write_bytes(b"%PDF")
    return media, archive


def test_a_backup_brings_rows_rights_and_files_back(env, saved):
    media, archive = saved
    backup.restore(env, media, archive)
    assert rows(env["DATABASE_URL"]) == [("kept",)]  # read by the web's role: its rights came back too
    assert [path.name for path in media.rglob("*.pdf")] == ["scan.pdf"]
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_backup_holds_no_key(env, saved):
    content = saved[1].read_bytes()
    assert not [name for name in ("FIELD_KEYS", "LOOKUP_KEY", "SECRET_KEY") if env[name].encode() in content]


def test_a_backup_of_other_keys_is_refused_and_changes_nothing(env, saved):
    media, archive = saved
    with pytest.raises(SystemExit, match="other keys"):
        backup.restore({**env, "LOOKUP_KEY": "another"}, media, archive)
    assert rows(env["DATABASE_URL"]) == [("kept",), ("later",)]


def test_nothing_is_restored_under_somebodys_feet(env, saved):
    media, archive = saved
    with psycopg.connect(env["DATABASE_URL"]), pytest.raises(SystemExit, match="still uses the database"):
        backup.restore(env, media, archive)
    assert rows(env["DATABASE_URL"]) == [("kept",), ("later",)]
    assert len(list(media.rglob("*.pdf"))) == 2


def test_a_broken_archive_changes_nothing(env, saved):
    media, archive = saved
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(SystemExit, match="not a whole backup"):
        backup.restore(env, media, archive)
    assert rows(env["DATABASE_URL"]) == [("kept",), ("later",)]


def test_stop_ends_what_a_killed_demo_left_and_nobody_elses(root):
    left, other = (
        subprocess.Popen(["sleep", "600"], env={**os.environ, embedded.MARK: str(mark)})
        for mark in (root, root / "other")
    )
    embedded.end_left_over(root)
    assert not psutil.pid_exists(left.pid)
    assert other.poll() is None
    left.wait()
    other.kill()
    other.wait()


def test_one_demo_in_a_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "ROOT", tmp_path)
    with embedded.only_one_demo(), pytest.raises(SystemExit, match="running already"), embedded.only_one_demo():
        pass


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {port} is taken"):
            supervise.refuse_taken_port("127.0.0.1", port)
