"""``python -m dotcloud.platform deploy ID``: one deployment is one process."""

from __future__ import annotations

import fcntl
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from dotcloud.errors import DotcloudError
from dotcloud.platform.build.tools import prepare
from dotcloud.platform.deploy.log import DeploymentLog
from dotcloud.platform.deploy.pipeline import Deployer
from dotcloud.platform.layout import Home
from dotcloud.platform.models import Deployment
from dotcloud.platform.supervise import Supervisor, unprivileged

SUCCEEDED, FAILED = 0, 2
TIDYING = 0.5  # seconds


def deploy(deploy_id: str) -> int:
    """Run one deployment to its end, and return the exit status: 0, or 2 where it failed."""
    home = Home.default()
    deployment = Deployment.objects.select_related("environment__application", "revision").get(deploy_id=deploy_id)
    folder = home.environment(deployment.environment.application.name, deployment.environment.name)
    with DeploymentLog(folder.deployment_log(deploy_id)) as log, _alone(folder.lock, deploy_id, log):
        return _deploy(home, deployment, log)


def _deploy(home: Home, deployment: Deployment, log: DeploymentLog) -> int:
    started = time.monotonic()
    try:
        variables = deployment.begin()
        supervisor = Supervisor(home)
        name = deployment.environment.application.name
        tools = prepare(home, supervisor, unprivileged(), name, deployment.deploy_id)
        deployer = Deployer(home, deployment, log, variables, supervisor, tools)
        address = deployer.run()
    except DotcloudError as error:
        log.error(str(error))
        return _fail(deployment, log, error.what)
    except OSError as error:
        return _fail(
            deployment, log, f"the box: {error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        )
    except Exception as error:  # noqa: BLE001 - a defect of ours: the log has to end, and to say so
        log.error(traceback.format_exc())
        return _fail(deployment, log, f"the platform itself failed: {type(error).__name__}: {error}")
    where = f" at {address}" if address else ""
    log.end(f"{deployment.environment.application.name} is live{where}  ({time.monotonic() - started:.1f} s)", True)
    deployer.clean_up()
    return SUCCEEDED


def _fail(deployment: Deployment, log: DeploymentLog, reason: str) -> int:
    """The last line comes last: whoever follows the log stops at it."""
    deployment.fail(reason)
    log.end(reason, False)
    return FAILED


@contextmanager
def _alone(lock: Path, deploy_id: str, log: DeploymentLog) -> Iterator[None]:
    """One deployment of an environment at a time; the next one waits, and says so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "a+") as file:
        if not _locked_within(file, TIDYING):
            file.seek(0)
            log.say(f"waiting for deployment {file.read().strip() or 'of somebody else'} to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(deploy_id)
        file.flush()
        yield


def _locked_within(file: TextIO, seconds: float) -> bool:
    """A deployment that is over tidies up for a moment: that is not worth a line."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
