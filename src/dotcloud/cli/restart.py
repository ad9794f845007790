"""``dotcloud restart``: end the processes of a service; they come back at once."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import done, info, show
from dotcloud.cli.session import session
from dotcloud.cli.target import TARGET, Target


@click.command(cls=PlatformCommand)
@click.argument("service", type=TARGET)
def restart(service: Target) -> None:
    """Restart SERVICE: all its instances (www), or one of them (www.1)."""
    with session() as here:
        # With nothing deployed the platform itself says so, of the first instance.
        targets = service.instances(here.get(service.path)) or [Target(service.service, 0)]
        for target in targets:
            info(f"Restarting {target} of {here.title}")
            here.put(f"{target.path}/instances/{target.instance}/status", {"status": "restart"})
    done(f"Restarted {', '.join(map(str, targets))}.")
    if choices().json:
        show({"restarted": [str(target) for target in targets]}, [])
