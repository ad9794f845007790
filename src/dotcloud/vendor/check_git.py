"""What git tells of vendor/: code that nobody else could get, code that would not travel, submodules half declared."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from dotcloud.vendor import git
from dotcloud.vendor.credentials import has_secret, without_secret
from dotcloud.vendor.package import VendoredPackage
from dotcloud.vendor.problems import Problem, error, shell, some, warning
from dotcloud.vendor.scene import Checkout, Scene

# Made by builds, tests, editors and version tools: made again on the box, or not missed there.
MADE_AGAIN = re.compile(
    r"(^|/)(__pycache__|node_modules|build|dist|\.[^/]*|[^/]*\.egg-info|_?version\.py|_scm_version\.py)(/|$)"
    r"|\.(pyc|pyo|so|pyd|o|c|cpp|swp|swo|log|orig|bak|coverage)$|~$"
)


def check(scene: Scene) -> Iterator[Problem]:
    """Everything about submodules, checkouts and ignored files."""
    if not scene.has_git:
        text = "git is not installed: submodules and uncommitted changes were not looked at."
        yield warning("git-missing", scene.root.name, text, "sudo apt-get install git")
        return
    if scene.in_git:
        yield from _submodules(scene)
    for checkout in scene.checkouts.values():
        yield from _checkout(checkout)
        yield from _inner(checkout.path, checkout.label, checkout.label)
        yield from _ignored_in_checkout(scene, checkout)
    yield from _around(scene)


def _submodules(scene: Scene) -> Iterator[Problem]:
    empty = {scene.label(path) for path in scene.survey.empty}
    for label, commit in scene.links.items():
        folder = scene.root.parent / label
        if label not in scene.declared:
            yield _undeclared(label, folder)
        elif label in empty or not folder.exists():
            text = "The submodule is empty: its code was never fetched."
            yield error("empty-submodule", label, text, _fill(label))
        elif (checkout := scene.checkouts.get(folder)) and checkout.status and checkout.status.commit != commit:
            yield _moved(label, checkout.status.commit or "", commit)
    for label, submodule in scene.declared.items():
        if label not in scene.links:
            yield _unlinked(label, submodule, scene.root.parent)
        if has_secret(submodule.url):
            yield _secret(label, submodule, scene.root.parent)
    for path, checkout in scene.checkouts.items():
        if path.parent == scene.root and checkout.label not in scene.links and checkout.label not in scene.declared:
            yield _unregistered(checkout)


def _fill(label: str) -> str:
    return shell("git", "submodule", "update", "--init", "--recursive", "--", label)


def _inner(repository: Path, label: str, outermost: str) -> Iterator[Problem]:
    """Submodules of submodules that were never fetched. Not every package needs those that it has."""
    declared = git.declared_submodules(repository)
    links = git.gitlinks(repository, ".") if declared else {}
    for path in (submodule.path for submodule in declared if submodule.path in links):
        if git.has_git_folder(repository / path):
            yield from _inner(repository / path, f"{label}/{path}", outermost)
        else:
            text = f"A submodule inside {outermost} is empty: its code was never fetched."
            yield warning("empty-submodule", f"{label}/{path}", text, _fill(outermost))


def _undeclared(label: str, folder: Path) -> Problem:
    text = "The index records a submodule here that .gitmodules does not know: nobody else can fetch it."
    url = _origin(folder)
    fix = (
        shell("git", "submodule", "add", "--force", url, label)
        if url
        else shell("git", "update-index", "--force-remove", label)
    )
    return error("gitlink-without-gitmodules", label, text, fix)


def _origin(folder: Path) -> str | None:
    """The address of the remote a checkout came from, read from its configuration."""
    own = git.git_folder(folder)
    try:
        text = (own / "config").read_text(errors="replace") if own else ""
    except OSError:
        return None
    found = re.search(r'\[remote "origin"\][^\[]*?^\s*url\s*=\s*(.+?)\s*$', text, re.MULTILINE)
    return without_secret(found[1]) if found else None


def _unlinked(label: str, submodule: git.Submodule, project: Path) -> Problem:
    folder = project / label
    text = ".gitmodules declares a submodule here that the index does not record: a clone leaves it out."
    if git.has_git_folder(folder):
        fix = shell("git", "add", "--", label)
    elif folder.is_dir() and os.listdir(folder):
        fix = shell("git", "config", "-f", _gitmodules(project), "--remove-section", f"submodule.{submodule.name}")
    else:
        fix = shell(
            "git", "submodule", "add", "--force", "--name", submodule.name, without_secret(submodule.url), label
        )
    return error("gitmodules-without-gitlink", label, text, fix)


def _gitmodules(project: Path) -> str:
    """The path of the file as it is typed in the project's folder."""
    return os.path.relpath(git.top_of(project)[0].resolve() / ".gitmodules", project.resolve())


def _secret(label: str, submodule: git.Submodule, project: Path) -> Problem:
    text = (
        "The submodule's address in .gitmodules has a password or token in it, for all who get the project or its "
        "history: make it invalid on its server as well."
    )
    url = without_secret(submodule.url)
    config = shell("git", "config", "-f", _gitmodules(project), f"submodule.{submodule.name}.url", url)
    return error("secret-in-address", label, text, f"{config} && {shell('git', 'submodule', 'sync', '--', label)}")


def _moved(label: str, here: str, recorded: str) -> Problem:
    text = f"The submodule stands at {here[:7]}, the project records {recorded[:7]}: a clone gets other code."
    name = label.rpartition("/")[2]
    fix = f"{shell('git', 'add', '--', label)} && {shell('git', 'commit', '-m', f'Move {name} to {here[:7]}')}"
    return warning("submodule-moved", label, text, fix)


def _unregistered(checkout: Checkout) -> Problem:
    text = "A repository inside the project that is no submodule of it: a clone of the project leaves it out."
    url = _origin(checkout.path) or "URL"
    return warning(
        "unregistered-repository", checkout.label, text, shell("git", "submodule", "add", url, checkout.label)
    )


def _checkout(checkout: Checkout) -> Iterator[Problem]:
    label, status = checkout.label, checkout.status
    if status is None:
        text = "git refuses to read this repository."
        yield warning("git-refuses", label, text, shell("git", "-C", label, "status"))
        return
    if changed := (*status.changed, *status.untracked):
        text = f"Uncommitted changes go up with a push, and nobody else has them: {some(changed)}."
        fix = f"{shell('git', '-C', label, 'add', '--all')} && {shell('git', '-C', label, 'commit')}"
        yield warning("uncommitted-changes", label, text, fix)
    if status.commit is None:
        yield warning("no-commit", label, "The repository has no commit yet.", shell("git", "-C", label, "commit"))
    elif not checkout.pushed:
        yield _unpushed(checkout, status)


def _unpushed(checkout: Checkout, status: git.Status) -> Problem:
    text = f"No remote is known to have commit {(status.commit or '')[:7]}: nobody else can fetch this submodule."
    target = status.branch or f"HEAD:{git.default_branch(checkout.path)}"
    push = shell("git", "-C", checkout.label, "push", "origin", target)
    return warning("unpushed-commit", checkout.label, text, push)


def _ignored_in_checkout(scene: Scene, checkout: Checkout) -> Iterator[Problem]:
    if checkout.status is None:
        return
    ignored = [f"{checkout.label}/{path}" for path in checkout.status.ignored]
    inside = [p for p in scene.survey.packages if scene.checkout_of(p) is checkout]
    for package in inside:
        yield from _ignored(package, ignored, checkout.label)


def _around(scene: Scene) -> Iterator[Problem]:
    """Packages that are part of the project's own repository."""
    if scene.around is None:
        return
    for package in scene.survey.packages:
        if scene.checkout_of(package) is None:
            yield from _copy(package, scene.around)


def _copy(package: VendoredPackage, around: git.Status) -> Iterator[Problem]:
    """What goes wrong with a plain copy. Edits in it are edits of the project: nobody else's code is concerned."""
    label = package.label
    if any(f"{label}/".startswith(path) or label == path for path in around.ignored):
        text = "git ignores it, so it does not travel: neither with a push nor with a clone."
        yield error("ignored-package", label, text, shell("git", "add", "--force", "--", label))
        return
    yield from _ignored(package, around.ignored, "")


def _ignored(package: VendoredPackage, ignored: Iterable[str], repository: str) -> Iterator[Problem]:
    """Files that git ignores and that an import or a template would miss on the box."""
    own = [path for path in ignored if path.startswith(f"{package.label}/")]
    missed = [path for path in own if not MADE_AGAIN.search(path) and _is_importable(package, path)]
    if missed:
        text = f"git ignores files inside the package, so they do not travel: {some(missed)}."
        inner = [path.removeprefix(f"{repository}/") if repository else path for path in missed]
        where = ("-C", repository) if repository else ()
        fix = shell("git", *where, "add", "--force", "--", *inner)
        yield warning("ignored-files", package.label, text, fix)


def _is_importable(package: VendoredPackage, path: str) -> bool:
    """Whether the file lies in a folder that is, or is part of, an importable package."""
    inner = PurePosixPath(path.rstrip("/")).relative_to(package.label)
    folders = [package.path / parent for parent in inner.parents if str(parent) != "."]
    return any((folder / "__init__.py").exists() for folder in folders)
