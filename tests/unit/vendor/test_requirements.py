"""Whether requirements files changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.vendor.requirements import by_name, fingerprint, wants_hashes


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "requirements.txt"


def test_the_same_text_is_the_same(file: Path) -> None:
    file.write_text("Django>=5.2\n")
    assert fingerprint([file]) == fingerprint([file])
    assert fingerprint([file]) != fingerprint([])


def test_an_included_file_counts(file: Path) -> None:
    file.write_text("-r base.txt\n")
    (file.parent / "base.txt").write_text("Django>=5.1\n")
    before = fingerprint([file])
    (file.parent / "base.txt").write_text("Django>=5.2\n")
    assert fingerprint([file]) != before


def test_files_that_include_each_other_end(file: Path) -> None:
    file.write_text("-r requirements.txt\n")
    assert fingerprint([file])


@pytest.mark.parametrize(
    "line", [".", "./library", "-e .", "-e ./library", "library @ file:./library", "../library", "libs/one"]
)
def test_a_local_folder_may_have_changed_at_any_time(file: Path, line: str) -> None:
    file.write_text(f"Django\n{line}\n")
    assert fingerprint([file]) is None


def test_a_local_archive_counts_by_its_content(file: Path) -> None:
    file.write_text("./vendor/acme-1.0-py3-none-any.whl\n")
    (file.parent / "vendor").mkdir()
    wheel = file.parent / "vendor" / "acme-1.0-py3-none-any.whl"
    wheel.write_bytes(b"one")
    before = fingerprint([file])
    wheel.write_bytes(b"two")
    assert before is not None
    assert fingerprint([file]) not in (None, before)


def test_hash_checking_mode_is_seen(file: Path) -> None:
    file.write_text("Django==5.2 --hash=sha256:abc\n")
    assert wants_hashes([file])
    file.write_text("Django==5.2\n")
    assert not wants_hashes([file])


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("./vendor/acme", ""),
        ("vendor/acme/", ""),
        ("-e ./vendor/acme#egg=acme", ""),
        ("--editable=vendor/acme  # ours", ""),
        ("acme @ file:./vendor/acme", ""),
        ("file:vendor/acme ; python_version > '3'", ""),
        ("./vendor/acme[redis]  # ours; not theirs", "acme[redis]"),
        ("-e file:vendor/acme[redis,s3] ; python_version > '3'  # ours", "acme[redis,s3] ; python_version > '3'"),
        ("acme[redis] @ file://${PWD}/vendor/acme", "acme[redis]"),
        ("${PWD}/vendor/acme", ""),
        ("${PROJECT_ROOT}/vendor/acme[redis]", "acme[redis]"),
        ("-e ${PWD}/vendor/acme", ""),
        ("./vendor/${NAME}[redis]", "acme[redis]"),
        ("${LINE}", "acme[redis]"),
        ("${UNSET_NAME}/vendor/acme", "${UNSET_NAME}/vendor/acme"),
        ("./vendor/$NAME", "./vendor/$NAME"),
        ("./vendor/acme[redis] \\\n    ; python_version > '3'", "acme[redis] ; python_version > '3'\n"),
        ("./vendor/\\\nacme \\\n ; python_version > '3'", "\n\n"),
        ("./vendor/acme[redis] \\\n# ours \\", "acme[redis]\n"),
        ("# ./vendor/acme \\\n./vendor/acme", "# ./vendor/acme \\\n"),
        ("./vendor/other", "./vendor/other"),
        ("acme[redis]>=1", "acme[redis]>=1"),
        ("git+https://git.example/vendor/acme", "git+https://git.example/vendor/acme"),
    ],
)
def test_a_path_of_a_vendored_package_is_read_as_its_name(
    file: Path, line: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PWD": str(file.parent), "NAME": "acme", "LINE": "./vendor/acme[redis]"}.items():
        monkeypatch.setenv(name, value)
    file.write_text(f"Django\n{line}\n./vendor/acme\n")
    copies = file.parent / "copies"
    copies.mkdir()
    (copy,) = by_name([file], {str(file.parent / "vendor/acme"): "acme"}, copies)
    assert copy.read_text() == f"Django\n{read}\n\n"


def test_copies_include_copies_and_what_stands_beside_the_original(file: Path) -> None:
    file.write_text("-r base.txt\n--find-links wheels\n-c https://files.example/limits.txt\n")
    (file.parent / "base.txt").write_text("vendor/acme[redis]\n")
    copies = file.parent / "copies"
    copies.mkdir()
    (copy,) = by_name([file], {str(file.parent / "vendor/acme"): "acme"}, copies)
    include, wheels, limits = copy.read_text().splitlines()
    assert Path(include.removeprefix("-r ")).read_text() == "acme[redis]\n"
    assert wheels == f"--find-links {file.parent}/wheels"
    assert limits == "-c https://files.example/limits.txt"


def test_a_variable_in_an_address_is_not_written_into_a_copy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    file.write_text("-c https://${TOKEN}@files.example/limits.txt\n./vendor/acme\n")
    (copy,) = by_name([file], {str(file.parent / "vendor/acme"): "acme"}, file.parent)
    assert copy.read_text() == "-c https://${TOKEN}@files.example/limits.txt\n\n"


def test_files_without_such_paths_are_read_where_they_are(file: Path) -> None:
    file.write_text("Django\n./library\n")
    assert by_name([file], {str(file.parent / "vendor/acme"): "acme"}, file.parent) == [file]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_read_in_the_encoding_that_it_has(file: Path, encoding: str, newline: str) -> None:
    file.write_bytes(f"./vendor/acme[redis]{newline}# \xfcber{newline}-r base.txt{newline}".encode(encoding))
    (file.parent / "base.txt").write_bytes(f"vendor/acme{newline}Django{newline}".encode(encoding))
    copies = file.parent / "copies"
    copies.mkdir()
    (copy,) = by_name([file], {str(file.parent / "vendor/acme"): "acme"}, copies)
    name, comment, include = copy.read_bytes().splitlines()
    assert name == b"acme[redis]"
    assert comment == "# \xfcber".encode("latin-1" if encoding == "latin-1" else "utf-8")
    assert Path(include.decode().removeprefix("-r ")).read_text() == "\nDjango\n"
    assert fingerprint([file], {str(file.parent / "vendor/acme"): "acme"})


@pytest.mark.parametrize("line", ["-r ${FOLDER}/base.txt", "-r \\\n  more/base.txt"])
def test_an_included_file_is_found_by_what_the_installer_reads(
    file: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDER", "more")
    file.write_text(f"{line}\n")
    (file.parent / "more").mkdir()
    (file.parent / "more/base.txt").write_text("./vendor/acme\n")
    copies = file.parent / "copies"
    copies.mkdir()
    (copy,) = by_name([file], {str(file.parent / "vendor/acme"): "acme"}, copies)
    included = copy.read_text().removeprefix("-r").strip()
    assert Path(included).read_text() == "\n"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("-e git+ssh://git@git.example/team/acme.git@0123456#egg=Acme_Core", ""),
        ("--editable=git+ssh://git@git.example/team/acme.git#subdirectory=x&egg=acme_core[redis]", "acme-core[redis]"),
        ("git+https://git.example/team/acme.git#egg=acme-core", ""),
        ("git+https://git.example/acme.git#egg=acme-core%5Bredis%5D&subdirectory=x ; os_name > ''  # ours", "EXTRA"),
        ("hg+https://hg.example/acme#egg=acme-core", ""),
        ("Acme.Core @ git+ssh://git@git.example/team/acme.git@v1", ""),
        ("acme-core[redis]@git+https://git.example/acme.git@v1#egg=acme-core ; os_name > ''", "EXTRA"),
        ("acme-core [redis] @ https://${HOST}/acme.zip", "acme-core[redis]"),
        ("acme-core @ file:///home/jane/site/vendor/acme-core", ""),
        ("acme-core @ file:///home/jane/wheels/acme_core-1.0-py3-none-any.whl --hash=sha256:00", ""),
        ("https://files.example/acme_core-1.0-py3-none-any.whl#sha256=00", ""),
        ("https://files.example/acme-core-1.0.tar.gz?download=1", ""),
        ("./wheels/acme_core-1.0-py3-none-any.whl[redis]", "acme-core[redis]"),
        ("acme-core-more @ https://files.example/acme-core-1.0.zip", None),
        ("https://files.example/acme_core_more-1.0-py3-none-any.whl", None),
        ("https://files.example/acme-core/more-1.0.zip", None),
        ("git+https://git.example/acme-core.git#egg=more", None),
        ("git+https://git.example/team/acme-core.git", None),
        ("more  # not acme-core @ https://files.example/acme.zip", None),
        ("# acme-core @ https://files.example/acme.zip", None),
        ("acme-core>=1 ; os_name > ''", None),
        ("--find-links https://files.example/acme-core-1.0.zip", None),
        ("--index-url https://files.example/simple", None),
    ],
)
def test_a_vendored_name_from_elsewhere_is_read_as_its_name(file: Path, line: str, read: str | None) -> None:
    file.write_text(f"{line}\n./vendor/core\n")
    copies = file.parent / "copies"
    copies.mkdir()
    vendored = {str(file.parent / "vendor/core"): "acme-core"}
    (copy,) = by_name([file], vendored, copies)
    expected = {"EXTRA": "acme-core[redis] ; os_name > ''", None: line}.get(read, read)
    assert copy.read_text() == f"{expected}\n\n"
    assert read is None or fingerprint([file], vendored)
