"""Deployments whose process died without a last word."""

from __future__ import annotations

import fcntl
import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dotcloud.platform.api.processes import alive, bury
from dotcloud.platform.api.scope import folder_of
from dotcloud.platform.deploy import sweep
from dotcloud.platform.models import Deployment, Environment, State
from dotcloud.platform.supervise import Supervisor

PENDING = (State.QUEUED, State.RUNNING)
START = timedelta(seconds=30)  # a deployment without a process is younger than that, or it will never have one
DIED = "the deployment's process ended before it was done"


def runs(deployment: Deployment) -> bool:
    """Whether its process is there, or about to be."""
    bury()
    if deployment.pid is None:
        return timezone.now() - deployment.created_at < START
    return alive(deployment.pid, deployment.process_started)


def settle(deployment: Deployment) -> bool:
    """Mark it failed where it is pending and its process is gone; whether it is over."""
    dead = not runs(deployment)  # before the row is read: a process writes the row, then ends
    deployment.refresh_from_db(fields=("state", "reason", "pid", "process_started"))
    if dead and deployment.pending:
        pending = Deployment.objects.filter(pk=deployment.pk, state__in=PENDING)
        if pending.update(state=State.FAILED, reason=DIED, finished_at=timezone.now()):
            threading.Thread(target=_tidy, args=(deployment.environment_id,), daemon=True).start()
        deployment.refresh_from_db(fields=("state", "reason", "finished_at"))
    return not deployment.pending


def settle_all(environment: Environment) -> bool:
    """The same for every deployment of an environment; whether none is under way."""
    over = [settle(row) for row in environment.deployments.filter(state__in=PENDING)]
    return all(over)


def settle_everywhere() -> None:
    """After a power cut nobody else may ask for a long time."""
    for row in Deployment.objects.filter(state__in=PENDING):
        settle(row)


def _tidy(environment_id: int) -> None:
    """End what a killed deployment had started beside the live release: it answers visitors, too.

    A deployment that is under way does that by itself, and holds the lock.
    """
    try:
        environment = Environment.objects.select_related("application", "live").get(pk=environment_id)
        with open(folder_of(environment).lock, "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            environment.refresh_from_db()
            sweep.remove_half_done(settings.HOME, environment, Supervisor(settings.HOME))
    except BlockingIOError:
        pass
    except Exception:  # the next deployment does it anyway
        logging.getLogger(__name__).exception("What a killed deployment left could not be removed")
    finally:
        connection.close()
