"""``dotcloud vendor install``: build and install the packages under vendor/."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dotcloud import output
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.errors.install import NoSuchFolder
from dotcloud.vendor.install import Report, install

if TYPE_CHECKING:
    from dotcloud.vendor.installer import InstallerName


@click.command("install")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option(
    "-r",
    "requirements",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A requirements file, resolved together with the packages.",
)
@click.option(
    "--python",
    type=click.Path(path_type=Path),
    help="The interpreter or virtual environment to install into; by default the one that runs this.",
)
@click.option("--editable", is_flag=True, help="Install the source trees in place.")
@click.option("--clean", is_flag=True, help="Forget what was built before.")
@click.option("--installer", type=click.Choice(["auto", "uv", "pip"]), default="auto", show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), help="Builds at once; by default one per processor.")
@click.option("--offline", is_flag=True, help="Use no package index: all that is needed is under vendor/.")
@click.option("--copy-modules", is_flag=True, help="Copy folders of plain modules instead of linking them.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    folder: Path | None,
    requirements: tuple[Path, ...],
    python: Path | None,
    editable: bool,
    clean: bool,
    installer: InstallerName,
    jobs: int | None,
    offline: bool,
    copy_modules: bool,
    as_json: bool,
) -> None:
    """Build and install the packages under the project's vendor/, or under DIR."""
    if folder and not folder.is_dir():
        raise NoSuchFolder(folder)
    report = install(
        folder or vendor_folder(),
        requirements=requirements,
        python=python,
        editable=editable,
        clean=clean,
        installer=installer,
        jobs=jobs,
        offline=offline,
        copy_modules=copy_modules,
    )
    if as_json:
        output.data_json(
            {"packages": [asdict(outcome) for outcome in report.packages], "seconds": round(report.seconds, 3)}
        )
    else:
        show(report)


def show(report: Report) -> None:
    """One line per package that changed, and one for the whole."""
    for outcome in report.packages:
        if outcome.action != "unchanged":
            time = f"  {outcome.seconds:.1f} s" if outcome.seconds else ""
            output.say(f"  {outcome.action:<8} {outcome.name} {outcome.version}{time}")
    output.step("vendored", report.summary(), report.seconds)
