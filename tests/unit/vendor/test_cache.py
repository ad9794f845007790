"""Where wheels are kept, and that two installs at once do not hurt each other."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dotcloud.errors.install import CacheNotWritable
from dotcloud.vendor.cache import DAY, Cache, Wheel, cache_directory

NAME = "acme-1.0-py3-none-any.whl"


def built(folder: Path, content: bytes = b"wheel") -> Path:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(content)
    return folder / NAME


def test_a_kept_wheel_is_found_by_its_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    wheel = cache.add("key", built(tmp_path / "out"), {"core": "abc"}, ("setuptools",))
    assert cache.kept("key") == [wheel]
    assert (wheel.name, wheel.version, wheel.inputs) == ("acme", "1.0", {"core": "abc"})
    assert Path(wheel.path).read_bytes() == b"wheel"
    assert cache.kept("other") == []


def test_the_second_of_two_equal_builds_takes_the_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = cache.add("key", built(tmp_path / "one", b"first"), {}, ())
    second = cache.add("key", built(tmp_path / "two", b"second"), {}, ())
    assert second == first
    assert Path(second.path).read_bytes() == b"first"


def test_other_inputs_are_another_wheel(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.add("key", built(tmp_path / "one"), {"core": "a"}, ())
    cache.add("key", built(tmp_path / "two"), {"core": "b"}, ())
    assert [wheel.inputs for wheel in cache.kept("key")] in (
        [{"core": "a"}, {"core": "b"}],
        [{"core": "b"}, {"core": "a"}],
    )


def test_a_fresh_cache_finds_nothing_and_replaces(tmp_path: Path) -> None:
    Cache(tmp_path / "cache").add("key", built(tmp_path / "one", b"old"), {}, ())
    cache = Cache(tmp_path / "cache", fresh=True)
    assert cache.kept("key") == []
    assert Path(cache.add("key", built(tmp_path / "two", b"new"), {}, ()).path).read_bytes() == b"new"


def test_what_another_install_has_chosen_stays_as_it_is(tmp_path: Path) -> None:
    chosen = Cache(tmp_path / "cache").add("key", built(tmp_path / "one", b"old"), {}, ())
    fresh = Cache(tmp_path / "cache", fresh=True)
    new = fresh.add("key", built(tmp_path / "two", b"new"), {}, ())
    assert fresh.add("key", built(tmp_path / "three", b"new"), {}, ()) == new
    assert Path(chosen.path).read_bytes() == b"old"
    assert Cache(tmp_path / "cache").kept("key") == [new]
    assert not list((tmp_path / "cache").glob("work/*"))


def test_what_another_install_puts_there_meanwhile_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "cache")
    first = cache.add("key", built(tmp_path / "one"), {}, ())
    file = Path(first.path).stat()
    looked: list[str] = []
    records = cache._records

    def not_there_yet(key: str) -> Iterator[Wheel]:
        looked.append(key)
        return iter(()) if len(looked) == 1 else records(key)

    monkeypatch.setattr(cache, "_records", not_there_yet)
    assert cache.add("key", built(tmp_path / "two"), {}, ()) == first
    assert Path(first.path).stat().st_ino == file.st_ino


def test_a_wheel_that_cannot_be_put_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="quota"):
        Cache(tmp_path / "cache").add("key", built(tmp_path / "one"), {}, ())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "key"}'])
def test_a_broken_record_is_no_wheel(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path / "cache")
    wheel = cache.add("key", built(tmp_path / "out"), {}, ())
    (Path(wheel.path).parent / "record.json").write_text(text)
    assert cache.kept("key") == []


def test_wheels_unused_for_a_month_and_abandoned_work_are_swept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    old, new = (cache.add(key, built(tmp_path / key), {}, ()) for key in ("old", "new"))
    long_ago = time.time() - 40 * DAY
    replaced = Cache(tmp_path / "cache", fresh=True).add("new", built(tmp_path / "again", b"again"), {}, ())
    os.utime(Path(old.path).parent / "record.json", (long_ago, long_ago))
    os.utime(Path(new.path).parent, (long_ago, long_ago))
    abandoned = tmp_path / "cache" / "work" / "abandoned"
    abandoned.mkdir(parents=True)
    os.utime(abandoned, (long_ago, long_ago))
    cache.sweep()
    assert not Path(old.path).exists()
    assert not Path(new.path).exists()
    assert Path(replaced.path).exists()
    assert not abandoned.exists()


def test_the_cache_is_where_the_variable_says(tmp_path: Path) -> None:
    assert cache_directory({"DOTCLOUD_CACHE_DIR": str(tmp_path / "here")}) == tmp_path / "here"


def test_a_chosen_cache_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheNotWritable, match="cannot be written"):
        cache_directory({"DOTCLOUD_CACHE_DIR": str(tmp_path / "file" / "cache")})


def test_a_home_that_cannot_be_written_gives_a_private_temporary_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = cache_directory({})
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_temporary_cache_that_others_can_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"dotcloud-{os.getuid()}").mkdir()
    (tmp_path / f"dotcloud-{os.getuid()}").chmod(0o777)
    with pytest.raises(CacheNotWritable):
        cache_directory({})


def test_a_damaged_wheel_is_not_taken_and_is_replaced(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    wheel = cache.add("key", built(tmp_path / "one"), {}, ())
    Path(wheel.path).write_bytes(b"cut")
    assert cache.kept("key") == []
    again = cache.add("key", built(tmp_path / "two"), {}, ())
    assert cache.kept("key") == [again]
    assert Path(again.path).read_bytes() == b"wheel"


def test_the_cache_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(CacheNotWritable), Cache(tmp_path).working_folder():
        pass
