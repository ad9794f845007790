"""Which platform this is, told by the variables it sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Front(Enum):
    """What stands between the world and a site, and whether its ``X-Forwarded-Proto`` can be believed."""

    TLS = "speaks https to everybody, and sets the header itself"
    PROXY = "sets the header itself; whether it speaks https is its owner's choice"
    ADDRESS = "as the site's own address says"
    UNKNOWN = "not known here"


@dataclass(frozen=True)
class Platform:
    """A platform, the variables that only it sets, how a variable is set there, and what stands before its sites."""

    name: str
    marks: tuple[str, ...]
    set_command: str = "set SECRET_KEY among the variables of the application"
    front: Front = Front.UNKNOWN


# The first match counts: Scalingo, Dokku and others stand before what they are built on.
PLATFORMS = (
    Platform(
        "dotCloud", ("DOTCLOUD_PROJECT", "DOTCLOUD_SERVICE_NAME"), "dotcloud env set SECRET_KEY=…", front=Front.ADDRESS
    ),
    Platform(
        "Upsun",
        ("PLATFORM_APPLICATION_NAME",),
        "upsun variable:create --name env:SECRET_KEY --sensitive true",
        front=Front.TLS,
    ),
    Platform("Dokku", ("DOKKU_APP_NAME", "DOKKU_APP_TYPE"), "dokku config:set APP SECRET_KEY=…", front=Front.PROXY),
    Platform(
        "Scalingo",
        ("SCALINGO_POSTGRESQL_URL", "SCALINGO_MYSQL_URL", "SCALINGO_REDIS_URL", "SCALINGO_MONGO_URL"),
        "scalingo env-set SECRET_KEY=…",
        front=Front.TLS,
    ),
    Platform("Heroku", ("DYNO",), "heroku config:set SECRET_KEY=…", front=Front.TLS),
    Platform("Cloud Foundry", ("VCAP_APPLICATION",), "cf set-env APP SECRET_KEY …", front=Front.TLS),
    Platform("Fly", ("FLY_APP_NAME",), "fly secrets set SECRET_KEY=…", front=Front.TLS),
    Platform(
        "Render", ("RENDER",), "envVars: [{key: SECRET_KEY, generateValue: true}]    # in render.yaml", front=Front.TLS
    ),
    Platform(
        "Railway",
        ("RAILWAY_ENVIRONMENT", "RAILWAY_ENVIRONMENT_NAME"),
        "railway variables --set SECRET_KEY=…",
        front=Front.TLS,
    ),
    Platform("Clever Cloud", ("CC_APP_ID", "INSTANCE_NUMBER"), "clever env set SECRET_KEY …", front=Front.TLS),
    Platform(
        "Azure App Service",
        ("WEBSITE_SITE_NAME",),
        "az webapp config appsettings set --settings SECRET_KEY=…",
        front=Front.TLS,
    ),
    Platform("AWS Elastic Beanstalk", ("RDS_HOSTNAME",), "eb setenv SECRET_KEY=…"),
    Platform("AWS Copilot", ("COPILOT_APPLICATION_NAME",), "copilot secret init --name SECRET_KEY", front=Front.PROXY),
    Platform("AWS", ("AWS_EXECUTION_ENV", "ECS_CONTAINER_METADATA_URI_V4")),
    Platform("Google Cloud Run", ("K_SERVICE",), front=Front.TLS),
    Platform("Google App Engine", ("GAE_ENV",), front=Front.TLS),
    Platform(
        "Kamal",
        ("KAMAL_VERSION", "KAMAL_CONTAINER_NAME"),
        "env: {secret: [SECRET_KEY]}    # in deploy.yml",
        front=Front.PROXY,
    ),
    Platform("Coolify", ("COOLIFY_FQDN", "COOLIFY_URL", "COOLIFY_RESOURCE_UUID"), front=Front.PROXY),
    Platform("CapRover", ("CAPROVER_GIT_COMMIT_SHA",), front=Front.PROXY),
    Platform("Divio", ("DEFAULT_DATABASE_DSN",), front=Front.TLS),
    Platform("Piku", ("NGINX_SERVER_NAME",), "piku config:set SECRET_KEY=…", front=Front.PROXY),
    Platform("Kubernetes", ("SERVICE_BINDING_ROOT", "KUBERNETES_SERVICE_HOST", "OPENSHIFT_BUILD_NAME")),
)


def recognise(variables: Mapping[str, str]) -> Platform | None:
    """The platform whose variables are set, or ``None``: a laptop, or a machine set up by hand."""
    for platform in PLATFORMS:
        if any(variables.get(mark) for mark in platform.marks):
            return platform
    return None
