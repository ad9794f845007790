"""``dotcloud url``: the addresses of the site."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

import click

from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import info, show
from dotcloud.cli.session import segment, service_urls, session
from dotcloud.errors.cli import NothingToOpen


@click.command(cls=PlatformCommand)
@click.argument("service", required=False)
def url(service: str | None) -> None:
    """Print the addresses of SERVICE, or of every service that has any."""
    with session() as here:
        if service:
            urls = service_urls(here.get(f"/services/{segment(service)}"))
            if not urls:
                raise NothingToOpen(here.title, service)
            show(urls, [" ".join(urls)])
            tell_how_to_reach(here.client.ssh, urls)
            return
        found = here.addresses()
    if not found:
        raise NothingToOpen(here.title)
    tell_how_to_reach(here.client.ssh, [url for urls in found.values() for url in urls])
    width = max(map(len, found)) + 1
    show(found, (f"{name + ':':<{width}} {' ; '.join(urls)}" for name, urls in found.items()))


def tell_how_to_reach(ssh: Sequence[str] | None, urls: Sequence[str]) -> None:
    """The addresses of a box are its own: the command that brings them here. Nothing on this machine."""
    ports = dict.fromkeys(urlsplit(url).port or 80 for url in urls)
    if ssh:
        options = [word for port in ports for word in ("-L", f"{port}:127.0.0.1:{port}")]
        info(f"These are addresses on {ssh[-1]}. To open one here: dotcloud open")
        info(f"or keep them here with: {shlex.join([ssh[0], '-N', *options, *ssh[1:]])}")
