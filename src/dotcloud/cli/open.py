"""``dotcloud open``: the site in a browser; that of a box through the ssh that reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, show
from dotcloud.cli.session import Session, segment, service_urls, session
from dotcloud.errors.cli import NothingToOpen, SeveralToOpen
from dotcloud.errors.client import SshEnded

if TYPE_CHECKING:
    from dotcloud.client.tunnel import Tunnel


@click.command("open", cls=PlatformCommand)
@click.argument("service", required=False)
def command(service: str | None) -> None:
    """Open the site, or that of SERVICE, in a browser.

    The site of a box listens on the box alone: it is brought to this machine, until Ctrl-C.
    """
    with session() as here:
        url = _address(here, service)
        if here.client.tunnel and not choices().json:
            _forwarded(here.client.tunnel, url)
            return
    if choices().json:
        show({"url": url}, [])
        return
    _browse(url)


def _forwarded(tunnel: Tunnel, url: str) -> None:
    """The box's address, brought here until Ctrl-C. :raises SshEnded: the connection was lost."""
    port = urlsplit(url).port or 80
    local = f"http://127.0.0.1:{tunnel.bring(port)}"
    try:
        info(f"{local} leads to {url} on {tunnel.login[-1]} until Ctrl-C")
        _browse(local)
        tunnel.wait()
    except KeyboardInterrupt:
        return
    raise SshEnded(tunnel.login[-1], local)


def _browse(url: str) -> None:
    import webbrowser

    info(f"Opening {url}")
    if not webbrowser.open(url):
        show(url, [f"No browser was found; the address is {url}"])


def _address(here: Session, service: str | None) -> str:
    """Its last one, as a person would have given it. :raises NothingToOpen, SeveralToOpen:"""
    found = {service: service_urls(here.get(f"/services/{segment(service)}"))} if service else here.addresses()
    if not any(found.values()):
        raise NothingToOpen(here.title, service or "")
    if len(found) > 1:
        raise SeveralToOpen(list(found))
    return next(iter(found.values()))[-1]
