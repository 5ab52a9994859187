"""A backup is whole or not there; a restore overwrites nothing and begins with the right one. The drill: tests.faults F45."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from api import backups

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_backup_of_the_running_server_is_verified_and_named(tmp_path):
    out = StringIO()
    call_command("backup", str(tmp_path), stdout=out)
    [(began, made)] = backups.backups(tmp_path)
    assert made.name in out.getvalue() and (made / "backup_manifest").exists() and not (tmp_path / "making").exists()
    assert (tmp_path / "anchors.jsonl").exists() and "keep_wal" in out.getvalue()
    backups.tool("pg_verifybackup", "--quiet", made, place={})
    data = tmp_path / "data"
    out = StringIO()
    call_command("restore", str(tmp_path), into=data, until=began + timedelta(seconds=1), stdout=out)
    conf = (data / "postgresql.auto.conf").read_text()
    assert (data / "recovery.signal").exists() and "recovery_target_time" in conf and str(tmp_path / "wal") in conf
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(tmp_path), into=data)
    (made / "PG_VERSION").write_text("14\n")
    with pytest.raises(backups.BackupFailed, match="pg_verifybackup"):
        backups.tool("pg_verifybackup", "--quiet", made, place={})


@pytest.mark.django_db
def test_a_server_that_does_not_answer_leaves_nothing_behind(tmp_path):
    place = connection.get_connection_params() | {"host": str(tmp_path)}
    with pytest.raises(backups.BackupFailed, match="pg_basebackup"):
        backups.take(tmp_path / "store", place, at=AT)
    assert backups.backups(tmp_path / "store") == []


def test_the_newest_backup_before_the_moment_is_taken(tmp_path):
    for days in (3, 2, 1):
        (tmp_path / "store" / (AT - timedelta(days=days)).strftime(backups.STAMP)).mkdir(parents=True)
    base = backups.restore(tmp_path / "store", tmp_path / "one", until=AT - timedelta(days=1, hours=1))
    assert base.name == (AT - timedelta(days=2)).strftime(backups.STAMP)
    assert backups.restore(tmp_path / "store", tmp_path / "two") == backups.backups(tmp_path / "store")[-1][1]
    with pytest.raises(backups.BackupFailed, match="no backup"):
        backups.restore(tmp_path / "store", tmp_path / "three", until=AT - timedelta(days=9))
    assert not (tmp_path / "three").exists()


def test_old_backups_go_with_the_log_that_only_they_needed(tmp_path):
    names = [(AT - timedelta(days=days)).strftime(backups.STAMP) for days in (3, 2, 1)]
    (tmp_path / "wal").mkdir()
    for n, name in enumerate(names):
        (tmp_path / name).mkdir()
        (tmp_path / name / "backup_label").write_text(f"START WAL LOCATION: 0/1 (file 00000001000000000000000{n + 3})\n")
    for n in range(1, 8):
        (tmp_path / "wal" / f"00000001000000000000000{n}").touch()
    assert [one.name for one in backups.forget(tmp_path, keep=2)] == [
        names[0], "000000010000000000000001", "000000010000000000000002", "000000010000000000000003"]
    assert len(backups.backups(tmp_path)) == 2 and len(list((tmp_path / "wal").iterdir())) == 4


def test_a_password_is_in_the_environment_of_the_tool_alone():
    told = backups.libpq({"host": "db", "password": "p4ss", "user": "u", "client_encoding": "x"})
    assert (told["PGHOST"], told["PGPASSWORD"], told["PGUSER"]) == ("db", "p4ss", "u")


@pytest.mark.parametrize("words", [{"until": datetime(2026, 1, 1)}])
def test_a_moment_without_its_offset_is_refused(tmp_path, words):
    with pytest.raises(CommandError, match="offset"):
        call_command("restore", str(tmp_path), into=tmp_path / "x", **words)
