"""The version of a tag, as the tool of the project computes it (each value was seen from the tool itself)."""

from __future__ import annotations

from datetime import date

import pytest

from dotcloud.vendor.versions import GitFacts, archival, compute, describe_options, files, pretend

NODE = "g32658e5aa"
ON = GitFacts(f"v1.2.3-0-{NODE}", commit="32658e5aa", branch="main", today=date(2024, 5, 6))
PAST = GitFacts(f"v1.2.3-3-{NODE}", commit="32658e5aa", branch="main", today=date(2024, 5, 6))
DIRTY = GitFacts(f"v1.2.3-0-{NODE}", commit="32658e5aa", branch="main", dirty=True, today=date(2024, 5, 6))
NO_TAG = GitFacts(None, commit="32658e5aa", commits=4, today=date(2024, 5, 6))


@pytest.mark.parametrize(
    ("source", "on", "past", "dirty", "no_tag"),
    [
        ("setuptools-scm", "1.2.3", f"1.2.4.dev3+{NODE}", f"1.2.4.dev0+{NODE}.d20240506", f"0.1.dev4+{NODE}"),
        ("hatch-vcs", "1.2.3", f"1.2.4.dev3+{NODE}", f"1.2.4.dev0+{NODE}.d20240506", f"0.1.dev4+{NODE}"),
        ("pdm", "1.2.3", f"1.2.4.dev3+{NODE}", "1.2.3+d20240506", "0.1.dev4+g32658e5"),
        ("uv-dynamic-versioning", "1.2.3", "1.2.3.post3.dev0+32658e5aa", "1.2.3", "0.0.0.post4.dev0+32658e5"),
        ("pbr", "1.2.3", "1.2.4.dev3", "1.2.3", "0.0.1.dev3"),
        ("versioningit", "1.2.3", f"1.2.3.post3+{NODE}", "1.2.3+d20240506", None),
        ("setuptools-git-versioning", "1.2.3", "1.2.3.post3+git.32658e5a", "1.2.3.post0+git.32658e5a.dirty", "0.0.1"),
    ],
)
def test_defaults(source, on, past, dirty, no_tag):
    if source == "pbr":  # its tags have no prefix
        facts = [GitFacts(f.describe and f.describe[1:], f.commit, f.dirty, f.branch, f.commits) for f in (ON, PAST)]
        assert [compute(source, {}, fact) for fact in facts] == [on, past]
    else:
        assert [compute(source, {}, fact) for fact in (ON, PAST, DIRTY)] == [on, past, dirty]
    assert compute(source, {}, NO_TAG) == no_tag


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ({"version_scheme": "no-guess-dev"}, f"1.2.3.post1.dev3+{NODE}"),
        ({"version_scheme": "post-release"}, f"1.2.3.post3+{NODE}"),
        ({"version_scheme": "only-version"}, f"1.2.3+{NODE}"),
        ({"version_scheme": "python-simplified-semver"}, f"1.2.4.dev3+{NODE}"),
        ({"version_scheme": "release-branch-semver"}, f"1.3.0.dev3+{NODE}"),
        ({"version_scheme": "calver-by-date"}, f"24.5.6.0.dev3+{NODE}"),
        ({"local_scheme": "no-local-version"}, "1.2.4.dev3"),
        ({"local_scheme": "dirty-tag"}, "1.2.4.dev3"),
        ({"local_scheme": ["fail-on-uncommitted-changes", "no-local-version"]}, "1.2.4.dev3"),
        ({"version_scheme": "acme:own"}, None),
        ({"local_scheme": "acme:own"}, None),
        ({"tag_regex": "^no-(.*)$"}, None),
    ],
)
def test_schemes_of_setuptools_scm(settings, version):
    assert compute("setuptools-scm", settings, PAST) == version


@pytest.mark.parametrize(
    ("tag", "settings", "version"),
    [
        ("acme-1.0", {}, "1.0"),
        ("1.0+local.1", {}, "1.0+local.1"),
        ("v2.0rc1", {}, "2.0rc1"),
        ("rel/7", {"tag_regex": r"^rel/(?P<version>.*)$"}, "7"),
        ("pkg-v3.1", {"tag": {"prefix": "pkg-"}}, "3.1"),
    ],
)
def test_tags(tag, settings, version):
    assert compute("setuptools-scm", settings, GitFacts(f"{tag}-0-{NODE}", commit="3265")) == version


def test_a_dev0_tag_announces_its_release():
    assert compute("setuptools-scm", {}, GitFacts(f"1.0.dev0-2-{NODE}", commit="3265")) == f"1.0.dev2+{NODE}"


def test_raw_options_of_hatch_vcs():
    assert compute("hatch-vcs", {"raw-options": {"local_scheme": "no-local-version"}}, PAST) == "1.2.4.dev3"


def test_formats_of_the_projects_own_are_left_to_the_tool():
    assert compute("pdm", {"version_format": "acme:own"}, PAST) is None
    assert compute("uv-dynamic-versioning", {"format-jinja": "{{ base }}"}, PAST) is None


def test_an_unknown_tool_has_no_version():
    assert compute("acme", {}, ON) is None


def test_tags_are_looked_for_as_the_tool_does():
    command = "git describe --dirty --match 'v*' --first-parent"
    assert describe_options("setuptools-scm", {}) == ("--abbrev=40", "--match", "*[0-9]*")
    assert describe_options("setuptools-scm", {"tag": {"prefix": "a-", "strict": True}})[2] == "a-*[0-9]*.*[0-9]*"
    assert describe_options("hatch-vcs", {"raw-options": {"git_describe_command": command}})[1:] == (
        "--match",
        "v*",
        "--first-parent",
    )
    assert describe_options("pdm", {}) == ("--match", "*.*")


def test_the_variables_name_the_distribution_as_setuptools_scm_spells_it():
    assert pretend("Acme.core-x", "1.0")["SETUPTOOLS_SCM_PRETEND_VERSION_FOR_ACME_CORE_X"] == "1.0"
    assert set(pretend("a", "1").values()) == {"1"}


def test_archival_text():
    assert archival("v1-0-gabc", "abc") == "node: abc\ndescribe-name: v1-0-gabc\n"
    assert archival(None, None) == f"node: {'0' * 40}\n"


def test_files_for_the_tools_without_a_variable():
    assert files("versioningit", {}, "a", "1", None) == {"PKG-INFO": "Metadata-Version: 2.1\nName: a\nVersion: 1\n"}
    assert '"version": "1"' in files("versioneer", {"versionfile_source": "a/_v.py"}, "a", "1", None)["a/_v.py"]
    assert files("setuptools-scm", {}, "a", "1", None) == {}
