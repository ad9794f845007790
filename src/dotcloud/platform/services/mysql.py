"""MariaDB or MySQL, from the machine's own server."""

from __future__ import annotations

import shutil
from pathlib import Path

from dotcloud import process
from dotcloud.errors.platform import ServerMissing
from dotcloud.platform.services.base import HOST, DataService
from dotcloud.platform.supervise import Supervisor

SERVERS = ("mariadbd", "mysqld")
MAKERS = ("mariadb-install-db", "mysql_install_db")
CLIENTS = ("mariadb", "mysql")
PLACES = "/usr/sbin:/usr/local/sbin:/usr/libexec"


class MySQL(DataService):
    kind, scheme = "MYSQL", "mysql"

    def programs(self) -> None:
        for names in (SERVERS, CLIENTS):
            if not _find(names):
                raise ServerMissing(self.row.type, names, "mariadb-server")

    def make(self, data: Path, supervisor: Supervisor) -> None:
        """MariaDB has a program for it, MySQL an option; the password is set by a file that the first start reads."""
        maker = _find(MAKERS)
        if maker:
            command = [maker, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
            self.run_program(supervisor, [*command, "--skip-test-db"])
        else:
            command = [_find(SERVERS) or SERVERS[0], "--no-defaults", "--initialize-insecure", f"--datadir={data}"]
            self.run_program(supervisor, command)

    def configure(self) -> None:
        """``init`` runs at each start: the password is always the one that sites are told."""
        quoted = f"'{self.row.password}'"
        self.secret(
            "init.sql",
            f"ALTER USER 'root'@'localhost' IDENTIFIED BY {quoted};\n"
            f"CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY {quoted};\n"
            f"ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY {quoted};\n"
            "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
            f"CREATE DATABASE IF NOT EXISTS `{self.database}` CHARACTER SET utf8mb4;\n",
            own=True,
        )
        (self.folder.root / "console").mkdir(exist_ok=True)
        self.secret(
            "console/.my.cnf", f"[client]\nuser=root\npassword={self.row.password}\nhost={HOST}\nport={self.row.port}\n"
        )

    def argv(self) -> list[str]:
        return [
            _find(SERVERS) or SERVERS[0],
            "--no-defaults",
            f"--datadir={self.folder.data}",
            f"--bind-address={HOST}",
            f"--port={self.row.port}",
            "--socket=mysql.sock",  # in the data folder, where it is relative to: a path in full may be too long
            "--pid-file=mysql.pid",
            f"--init-file={self.folder.root / 'init.sql'}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=64M",
            "--performance-schema=OFF",
        ]

    def answers(self) -> bool:
        argv, variables = self.console()
        return process.run([*argv, "--connect-timeout=5", "-e", "SELECT 1"], env=variables, timeout=10).ok

    def console(self) -> tuple[list[str], dict[str, str]]:
        """Its clients look for ``.my.cnf`` in the home."""
        folder = Path(_find(CLIENTS) or "/usr/bin/mysql").parent
        return [_find(CLIENTS) or CLIENTS[0], self.database], {
            "HOME": str(self.folder.root / "console"),
            "PATH": self.path(folder),
        }

    def modern(self) -> dict[str, str]:
        if not self.is_first(("postgresql", "mysql")):
            return {}
        address = f"{self.login}:{self.row.password}@{HOST}:{self.row.port}"
        return {"DATABASE_URL": f"mysql://{address}/{self.database}"}


def _find(names: tuple[str, ...]) -> str | None:
    found = (shutil.which(name) or shutil.which(name, path=PLACES) for name in names)
    return next(filter(None, found), None)
