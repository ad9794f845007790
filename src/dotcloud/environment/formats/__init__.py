"""How platforms describe their services: one small pure function for each, and the table of them.

A reader takes the variables that are set (files they point to are among them, under their paths) and yields services
and problems. To read another platform: write its function, add one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dotcloud.environment.formats import aws, azure, bindings, cloudfoundry, dotcloud, parts, platformsh, urls
from dotcloud.environment.service import Found, Service, Standing

Reader = Callable[[Mapping[str, str]], Iterable[Found]]


@dataclass(frozen=True)
class Format:
    """A reader, whose variables it reads, and how much they count beside others."""

    family: str
    read: Reader
    standing: Standing


# Within one standing the order here decides.
FORMATS = (
    Format("dotCloud", dotcloud.dotcloud, Standing.PLATFORM),
    Format("Platform.sh", platformsh.relationships, Standing.PLATFORM),
    Format("Upsun Flex", platformsh.flex, Standing.PLATFORM),
    Format("Cloud Foundry", cloudfoundry.vcap, Standing.PLATFORM),
    Format("service binding", bindings.service_bindings, Standing.PLATFORM),
    Format("Elastic Beanstalk", aws.beanstalk, Standing.PLATFORM),
    Format("AWS secret", aws.secrets, Standing.PLATFORM),
    Format("Azure", azure.connector, Standing.PLATFORM),
    Format("Azure App Service", azure.app_service, Standing.PLATFORM),
    Format("Clever Cloud", parts.clever, Standing.PLATFORM),
    Format("OpenShift", parts.openshift, Standing.PLATFORM),
    Format("Scalingo", urls.scalingo, Standing.PLATFORM),
    Format("Divio", urls.divio, Standing.PLATFORM),
    Format("URL", urls.general, Standing.URL),
    Format("Heroku, Dokku", urls.colours, Standing.EXTRA),
    Format("Heroku add-ons", urls.addons, Standing.EXTRA),
    Format("PG variables", parts.libpq, Standing.PARTS),
    Format("container", parts.container, Standing.PARTS),
    Format("other routes", urls.routes, Standing.ASIDE),
)


def read_all(variables: Mapping[str, str], formats: Iterable[Format] = FORMATS) -> Iterator[Found]:
    """Every service and every problem, each marked with its family and standing."""
    present = {name: value for name, value in variables.items() if value}
    for row in formats:
        for found in row.read(present):
            standing = max(row.standing, found.standing) if found.standing is Standing.ASIDE else row.standing
            if isinstance(found, Service):
                yield replace(found, family=row.family, standing=standing)
            else:
                yield replace(found, standing=standing)
