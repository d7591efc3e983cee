"""What every test may rely on: no way to the network, a clock that stands still, a database of either kind."""

from __future__ import annotations

import ipaddress
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import sqlalchemy as sa

from storage import schema
from storage.config import Config, Disk, Storage
from storage.database import Database, open_database
from tests.loopback.museum import Museum, open_museum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A shell that starts the tests in the background has interrupts ignored, and every process of ours would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _hears_interrupts() -> None:
    """Each test does, whatever the one before it left: one that waits to be interrupted would wait for ever."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


# No test is timed: on a machine that others use as well, any call may take a second.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class Clock:
    """A clock that only moves when told to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "localhost", "None"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            raise RuntimeError(f"a test wanted to reach {address}: only loopback is allowed")
        return real(self, address)

    return connect


def _resolve_here(host: Any, *rest: Any, **more: Any) -> Any:
    literal = host is None or _is_here(host)
    if not literal:
        try:
            ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
        except ValueError:
            # To the code under test: a name that does not exist.
            raise socket.gaierror(socket.EAI_NONAME, "a test may not ask the network for names") from None
    return _getaddrinfo(host, *rest, **more)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(_connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(_connect_ex))
        patch.setattr(socket, "getaddrinfo", _resolve_here)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    schema.upgrade(Config(data_dir=folder))
    return folder / "longarm.db"


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """A server of our own, up once for all tests; or the one LONGARM_TEST_POSTGRES names."""
    given = os.environ.get("LONGARM_TEST_POSTGRES")
    if given:
        yield sa.make_url(given)
        return
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries here (initdb); install postgresql, or set LONGARM_TEST_POSTGRES")
    # A socket's path has 107 bytes at most: pytest's own folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="longarm-pg-", dir=_in_memory()))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it as")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_postgres = ["runuser", "-u", "postgres", "--"]
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"

    def call(program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server inherits it and would hold a pipe open for ever.
        with (folder.parent / f"{folder.name}.log").open("ab") as log:
            command = [*as_postgres, str(binaries / program), *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=log, stderr=log, timeout=60)

    call("initdb", "-D", f"{folder}/data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "-N")
    call("pg_ctl", "-D", f"{folder}/data", "-o", options, "-w", "start")
    try:
        yield sa.URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)})
    finally:
        call("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


def _in_memory() -> Path | None:
    """A folder in memory with room for a cluster, where there is one: each test's database is some 300 files."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > 4_000_000_000 else None


def _postgres_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def _postgres_template(_postgres: sa.URL) -> str:
    """What a test's database is made of, in the words of CREATE DATABASE."""
    name = f"longarm_template_{os.getpid()}"
    _administer(_postgres, f"CREATE DATABASE {name}")
    schema.upgrade(_config(Path(), _url(_postgres, name)))
    if "LONGARM_TEST_POSTGRES" in os.environ or _major(_postgres) < 15:
        return f"TEMPLATE {name}"
    # Where nothing waits for a disk, copying files costs a third of writing their pages to the log.
    return f"TEMPLATE {name} STRATEGY FILE_COPY"


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_kind: str) -> Iterator[str]:
    """The URL of a database without a table, of each kind."""
    if database_kind == "sqlite":
        yield "sqlite:///longarm.db"
        return
    server = request.getfixturevalue("_postgres")
    name = f"longarm_test_{os.getpid()}_{os.urandom(4).hex()}"
    _administer(server, f"CREATE DATABASE {name}")
    yield _url(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def config(request: pytest.FixtureRequest, database_kind: str, data_dir: Path) -> Iterator[Config]:
    """Settings over a fresh, current database of each kind."""
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), data_dir / "longarm.db")
        yield _config(data_dir, "sqlite:///longarm.db")
        return
    server, template = request.getfixturevalue("_postgres"), request.getfixturevalue("_postgres_template")
    name = f"longarm_test_{os.getpid()}_{os.urandom(4).hex()}"
    _administer(server, f"CREATE DATABASE {name} {template}")
    yield _config(data_dir, _url(server, name))
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    """A fresh, current database of each kind: SQLite and PostgreSQL."""
    opened = open_database(config.storage.database, data_dir=config.data_dir)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_config(data_dir: Path, _sqlite_template: Path) -> Config:
    """Settings over a fresh, current SQLite database, for tests that need no second kind."""
    shutil.copyfile(_sqlite_template, data_dir / "longarm.db")
    return _config(data_dir, "sqlite:///longarm.db")


@pytest.fixture
def sqlite_database(sqlite_config: Config) -> Iterator[Database]:
    opened = open_database(sqlite_config.storage.database, data_dir=sqlite_config.data_dir)
    yield opened
    opened.close()


def _config(data_dir: Path, url: str) -> Config:
    # Tests write little; a small disk must not fail them.
    return Config(data_dir=data_dir, storage=Storage(database=url), disk=Disk(keep_free=0))


def _url(server: sa.URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _major(server: sa.URL) -> int:
    engine = sa.create_engine(server, poolclass=sa.NullPool)
    with engine.connect() as connection:
        version: str = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    engine.dispose()
    return int(version) // 10_000


def _administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def museum() -> Iterator[Museum]:
    """A recorded web behind a forward proxy on loopback: see tests/loopback/museum.py."""
    with open_museum() as opened:
        yield opened
