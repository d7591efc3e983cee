"""What was imported is made again from the archive's files where the database is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import schema, tables
from tests.desk.shelf import run
from tests.desk.test_import_command import URL, captures
from tests.foreign_files import mhtml, page, warc

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config

HTML = page("云溪县公安局关于限期说明情况的通告", "滞留境外的人员应当在三十日内向户籍地派出所说明情况。")


def test_a_lost_database_is_made_again_from_the_files_alone(sqlite_config: Config, tmp_path: Path) -> None:
    saved, archive = tmp_path / "a.mht", tmp_path / "b.warc.gz"
    saved.write_bytes(mhtml(URL, HTML.decode()))
    archive.write_bytes(warc([("response", URL, HTML + b" ")]))
    run("imports", sqlite_config, str(saved), str(archive))
    database = schema.open_current(sqlite_config)
    before = captures(database)
    database.close()
    for leftover in sqlite_config.data_dir.glob("longarm.db*"):
        leftover.unlink()
    schema.upgrade(sqlite_config)
    assert run("imports", sqlite_config, str(saved)) == 0
    database = schema.open_current(sqlite_config)
    after = captures(database)
    assert [(each.record_sha256, each.captured_at, each.via) for each in after] == [
        (each.record_sha256, each.captured_at, each.via) for each in before
    ]
    with database.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(tables.capture)).scalar() == 2
    database.close()
