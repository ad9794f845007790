"""The first schema."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dotcloud.platform.models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("destroying", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "deploy_id",
                    models.CharField(default=dotcloud.platform.models.new_deploy_id, max_length=16, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("clean", models.BooleanField(default=False)),
                ("only", models.CharField(blank=True, default="", max_length=16)),
                ("reason", models.TextField(blank=True, default="")),
                ("services", models.JSONField(default=dict)),
                ("variables_hash", models.CharField(blank=True, default="", max_length=64)),
                ("pid", models.PositiveIntegerField(null=True)),
                ("process_started", models.CharField(blank=True, default="", max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application", models.CharField(db_index=True, max_length=32)),
                ("environment", models.CharField(max_length=16)),
                ("service", models.CharField(blank=True, default="", max_length=16)),
                ("category", models.CharField(max_length=16)),
                ("action", models.CharField(max_length=16)),
                ("details", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("user", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Environment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("destroying", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="environments",
                        to="platform.application",
                    ),
                ),
                (
                    "live",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="platform.deployment",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deployment",
            name="environment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="deployments", to="platform.environment"
            ),
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=48)),
                ("tree", models.CharField(max_length=64)),
                ("message", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="platform.environment"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deployment",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="deployments", to="platform.revision"
            ),
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16)),
                ("type", models.CharField(max_length=32)),
                ("instance_count", models.PositiveIntegerField(default=1)),
                ("reserved_memory", models.BigIntegerField(null=True)),
                ("config", models.JSONField(default=dict)),
                ("http_port", models.PositiveIntegerField(null=True)),
                ("port", models.PositiveIntegerField(null=True)),
                ("ports", models.JSONField(default=dict)),
                ("password", models.CharField(blank=True, default="", max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("destroying", models.BooleanField(default=False)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="services", to="platform.environment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Variable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                ("value", models.TextField()),
                (
                    "environment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="platform.environment"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="environment",
            constraint=models.UniqueConstraint(fields=("application", "name"), name="environment_name"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("environment", "name"), name="revision_name"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("environment", "name"), name="service_name"),
        ),
        migrations.AddConstraint(
            model_name="variable",
            constraint=models.UniqueConstraint(fields=("environment", "name"), name="variable_name"),
        ),
    )
