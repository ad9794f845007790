"""Asking for a deployment and following it to its end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from dotcloud import output
from dotcloud.cli.lines import ENDS, clean
from dotcloud.cli.options import choices
from dotcloud.cli.screen import Screen
from dotcloud.cli.session import Session, again
from dotcloud.errors.cli import DeploymentFailed
from dotcloud.errors.client import NotFound, StreamLost
from dotcloud.stopping import Stopped


@dataclass
class Outcome:
    """How a deployment ended. :ivar state: ``succeeded``, ``failed`` or ``unchanged``."""

    application: str
    environment: str
    deploy_id: str | None
    revision: str | None
    state: str = "unchanged"
    reason: str = ""
    urls: dict[str, list[str]] = field(default_factory=dict)


def deploy(session: Session, screen: Screen, revision: str | None = None, clean: bool = False, kept: str = "") -> None:
    """Deploy a revision (``None``: the one that is live), show its log, and tell how it ended.

    :param kept: a sentence about what has changed all the same, should it fail.
    :raises DeploymentFailed: with exit code 2.
    """
    screen.doing("asking for a deployment")
    asked = session.post("/deployments", {"revision": revision, "clean": clean})
    outcome = Outcome(session.application, session.environment, asked.get("deploy_id"), asked.get("revision"))
    if not asked.get("unchanged"):
        _follow_to_the_end(session, screen, outcome)
    if outcome.state != "failed":
        outcome.urls = session.addresses()
        screen.done(sentence(session.title, outcome, session.client.ssh is not None))
    tell(session, outcome, kept)


def _follow_to_the_end(session: Session, screen: Screen, outcome: Outcome) -> None:
    deploy_id = str(outcome.deploy_id)
    screen.doing("deploying")
    last = follow(session, screen, deploy_id)
    outcome.state = "succeeded" if last["status"] == "deploy_end" else "failed"
    outcome.reason = "" if outcome.state == "succeeded" else clean(str(last.get("message", "")))


def follow(session: Session, screen: Screen, deploy_id: str) -> dict[str, Any]:
    """Show the log of a deployment until its last entry, and return that.

    Ctrl-C, SIGTERM and SIGHUP end the watching, not the deployment, and exit 130, 143 and 129.
    :raises StreamLost: the platform went away for good.
    """
    command = again(f"dlogs {deploy_id}")
    try:
        for entry in session.stream(f"/deployments/{deploy_id}/logs", follow=True):
            screen.entry(entry)
            if entry.get("status") in ENDS:
                return entry
    except (KeyboardInterrupt, Stopped) as stop:
        with suppress(OSError):  # the terminal may be gone, which is what SIGHUP says
            screen.close()
            output.say(f"\nThe deployment goes on. Follow it again: {command}")
        raise click.exceptions.Exit(stop.exit_code if isinstance(stop, Stopped) else 130) from None
    except StreamLost:
        pass
    raise StreamLost(deploy_id, command)


def tell(session: Session, outcome: Outcome, kept: str = "") -> None:
    """The result as JSON when asked for, and the truth in the exit code."""
    if choices().json:
        output.data_json(asdict(outcome))
    if outcome.state == "failed":
        raise DeploymentFailed(outcome.reason, live_revision(session), again(f"dlogs {outcome.deploy_id}"), kept)


def live_revision(session: Session) -> str | None:
    """The revision that serves; ``None`` when nothing does."""
    try:
        revision: str | None = session.get("/revision")["revision"]
    except NotFound:
        return None
    return revision


def sentence(title: str, outcome: Outcome, elsewhere: bool = False) -> str:
    """``mysite is live at http://127.0.0.1:8000``, with the service's name where there are several.

    :param elsewhere: on a box, whose loopback that is.
    """
    flat = [(name, url) for name, urls in outcome.urls.items() for url in urls[-1:]]
    places = ", ".join(url if len(flat) == 1 else f"{url} ({name})" for name, url in flat)
    if outcome.state == "unchanged":
        title = f"Nothing has changed: {title}"
    there = " on the box (to open it here: dotcloud open)" if elsewhere else ""
    return f"{title} is live at {places}{there}" if places else f"{title} is live"
