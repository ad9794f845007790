"""What the platform remembers, in one SQLite file; files and processes are found from the names here."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any

from django.db import models, transaction
from django.utils import timezone

REVISIONS_KEPT = 5  # per environment; the files of older ones are removed
DEPLOYMENTS_KEPT = 100  # per environment, with their logs
EVENTS_KEPT = 1000


class Application(models.Model):
    name = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    destroying = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Environment(models.Model):
    """One running copy of an application: its services, variables and history.

    :ivar live: the deployment that serves now.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="environments")
    name = models.CharField(max_length=16)
    live = models.ForeignKey("Deployment", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    destroying = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("application", "name"), name="environment_name"),)

    def __str__(self) -> str:
        return f"{self.application.name}/{self.name}"

    def previous(self) -> Deployment | None:
        """What was live before that which is live now, with other files."""
        done = self.deployments.filter(state=State.SUCCEEDED).select_related("revision").order_by("-pk")
        if self.live:
            done = done.filter(pk__lt=self.live.pk).exclude(revision__tree=self.live.revision.tree)
        found: Deployment | None = done.first()
        return found

    def variables(self) -> dict[str, str]:
        """What a person set with ``dotcloud env set``, sorted by name."""
        return dict(self.variable_set.order_by("name").values_list("name", "value"))

    def variables_hash(self) -> str:
        """The sha256 of the variables, so that a change of them can be seen without keeping them twice."""
        return hashlib.sha256(json.dumps(self.variables()).encode()).hexdigest()


class Service(models.Model):
    """A named section of the build file, once a deployment has made it.

    :ivar reserved_memory: bytes meant for each instance; nothing holds an instance to it.
    :ivar config: the values of the build file's ``config`` that are in force.
    :ivar http_port: where the site answers on 127.0.0.1.
    :ivar port: where a data service answers on 127.0.0.1.
    :ivar ports: the extra ports of the build file: name -> ``{"protocol", "port"}``.
    """

    environment = models.ForeignKey(Environment, models.CASCADE, related_name="services")
    name = models.CharField(max_length=16)
    type = models.CharField(max_length=32)
    instance_count = models.PositiveIntegerField(default=1)
    reserved_memory = models.BigIntegerField(null=True)
    config = models.JSONField(default=dict)
    http_port = models.PositiveIntegerField(null=True)
    port = models.PositiveIntegerField(null=True)
    ports = models.JSONField(default=dict)
    password = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    destroying = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("environment", "name"), name="service_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_data(self) -> bool:
        return self.type in DATA_TYPES

    @property
    def url(self) -> str | None:
        """Where its site is, with the final slash; nowhere until it is live for the first time: nobody would answer."""
        live = self.environment.live
        served = self.http_port is not None and live is not None and self.name in live.services
        return f"http://127.0.0.1:{self.http_port}/" if served else None


DATA_TYPES = ("postgresql", "mysql", "redis")


class Revision(models.Model):
    """One pushed tree.

    :ivar tree: the sha256 of its manifest.
    :ivar removed_at: when its files were collected as garbage; the row stays as long as its deployments' do.
    """

    environment = models.ForeignKey(Environment, models.CASCADE, related_name="revisions")
    name = models.CharField(max_length=48)
    tree = models.CharField(max_length=64)
    message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("environment", "name"), name="revision_name"),)

    def __str__(self) -> str:
        return self.name


def new_revision_name() -> str:
    """``push-<milliseconds since the epoch>``."""
    return f"push-{time.time_ns() // 1_000_000}"


def new_deploy_id() -> str:
    return secrets.token_hex(5)


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Deployment(models.Model):
    """One attempt to put a revision live.

    :ivar only: the one service to deploy, or empty for all of them.
    :ivar reason: why it failed, in one sentence.
    :ivar services: what is live after it: name -> ``{"type", "instances", "memory", …}``.
    :ivar variables_hash: of the variables it put in force.
    :ivar pid: its process, and ``process_started`` the mark that tells it from a later process of the same number.
    """

    environment = models.ForeignKey(Environment, models.CASCADE, related_name="deployments")
    deploy_id = models.CharField(max_length=16, unique=True, default=new_deploy_id)
    revision = models.ForeignKey(Revision, models.RESTRICT, related_name="deployments")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    clean = models.BooleanField(default=False)
    only = models.CharField(max_length=16, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    services = models.JSONField(default=dict)
    variables_hash = models.CharField(max_length=64, blank=True, default="")
    pid = models.PositiveIntegerField(null=True)
    process_started = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.deploy_id

    @property
    def pending(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    def begin(self) -> dict[str, str]:
        """The lock is ours: mark it running, and read what is live now and the variables it will put in force."""
        with transaction.atomic():
            self.environment.refresh_from_db()
            variables = self.environment.variables()
            self.variables_hash = self.environment.variables_hash()
            self.state = State.RUNNING
            self.save(update_fields=("variables_hash", "state"))
        return variables

    def succeed(self, services: dict[str, Any]) -> None:
        """Mark it live.

        :param services: name -> at least ``{"type": str, "instances": int, "memory": int | None}``.
        """
        with transaction.atomic():
            self.state, self.services, self.finished_at = State.SUCCEEDED, services, timezone.now()
            self.save(update_fields=("state", "services", "finished_at"))
            Environment.objects.filter(pk=self.environment_id).update(live=self)

    def fail(self, reason: str) -> None:
        self.state, self.reason, self.finished_at = State.FAILED, reason, timezone.now()
        self.save(update_fields=("state", "reason", "finished_at"))


class Variable(models.Model):
    environment = models.ForeignKey(Environment, models.CASCADE)
    name = models.CharField(max_length=255)
    value = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("environment", "name"), name="variable_name"),)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One line of ``dotcloud activity``; it outlives what it is about, so it keeps names."""

    application = models.CharField(max_length=32, db_index=True)
    environment = models.CharField(max_length=16)
    service = models.CharField(max_length=16, blank=True, default="")
    category = models.CharField(max_length=16)
    action = models.CharField(max_length=16)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    user = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.category} {self.action} {self.application}"
