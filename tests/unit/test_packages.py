from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.package_memory import remember_packages
from gitexp.capture.packages import (
    Package,
    Source,
    format_packages,
    list_conda_packages,
    list_metadata_folders,
    list_packages,
)

if TYPE_CHECKING:
    import pathlib


def install(folder: pathlib.Path, name: str, version: str, direct_url: object = None) -> None:
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n\nName: of the body\n"
    )
    if direct_url is not None:
        (metadata / "direct_url.json").write_text(json.dumps(direct_url))


def freeze(*folders: pathlib.Path) -> list[str]:
    packages = list_packages(list_metadata_folders([str(folder) for folder in folders]))
    return format_packages(packages).decode().splitlines()


def test_packages_are_sorted_by_name_without_regard_to_case(tmp_path: pathlib.Path) -> None:
    install(tmp_path, "zope-interface", "7.0")
    install(tmp_path, "PyYAML", "6.0.3")
    install(tmp_path, "alpha", "1.0+cu124")
    assert freeze(tmp_path) == ["alpha==1.0+cu124", "PyYAML==6.0.3", "zope-interface==7.0"]


def test_of_two_packages_with_one_name_the_first_folder_wins(tmp_path: pathlib.Path) -> None:
    install(tmp_path / "first", "some.Thing", "2.0")
    install(tmp_path / "second", "some-thing", "1.0")
    assert freeze(tmp_path / "first", tmp_path / "second") == ["some.Thing==2.0"]


@pytest.mark.parametrize(
    ("direct_url", "line"),
    [
        (
            {"url": "https://token@git.example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            "thing @ git+https://git.example.org/a.git@c0ffee",
        ),
        (
            {"url": "ssh://git@example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            "thing @ git+ssh://git@example.org/a.git@c0ffee",
        ),
        (
            {"url": "https://example.org/t.whl", "archive_info": {"hash": "sha256=ab", "hashes": {"sha256": "ab"}}},
            "thing @ https://example.org/t.whl#sha256=ab",
        ),
        (
            {"url": "file:///src/t", "dir_info": {}, "subdirectory": "python"},
            "thing @ file:///src/t#subdirectory=python",
        ),
        ({"nonsense": 1}, "thing==1.0"),
    ],
)
def test_a_package_from_elsewhere_says_where_from(tmp_path: pathlib.Path, direct_url: object, line: str) -> None:
    install(tmp_path, "thing", "1.0", direct_url)
    assert freeze(tmp_path) == [line]


def test_an_editable_package_is_named_by_repository_or_remote_or_path(tmp_path: pathlib.Path) -> None:
    mine, other = tmp_path / "repo" / "libs" / "my lib", tmp_path / "elsewhere"
    install(tmp_path / "s", "my-lib", "1.0", {"url": mine.as_uri(), "dir_info": {"editable": True}})
    install(tmp_path / "s", "other", "2.0", {"url": other.as_uri(), "dir_info": {"editable": True}})
    packages = list_packages([str(tmp_path / "s")])
    source = Source("c0ffee", "https://user:pass@example.org/o.git", "py")
    text = format_packages(packages, top=str(tmp_path / "repo"), find_source=lambda folder: source)
    assert text.decode().splitlines() == [
        "# Editable install from this repository (my-lib==1.0)",
        "-e ./libs/my lib",
        "-e git+https://example.org/o.git@c0ffee#egg=other&subdirectory=py",
    ]
    assert f"-e {other}" in format_packages(packages).decode().splitlines()


def test_what_an_interrupted_installation_left_is_no_package(tmp_path: pathlib.Path) -> None:
    install(tmp_path, "good", "1.0")
    install(tmp_path, "~umpy", "1.0")
    (tmp_path / "empty-1.0.dist-info").mkdir()
    assert freeze(tmp_path) == ["good==1.0"]


def test_metadata_of_older_kinds_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old-1.0.egg-info").write_text("Metadata-Version: 1.1\nName: old\nVersion: 1.0\n")
    (tmp_path / "site" / "egg-2.0-py3.egg" / "EGG-INFO").mkdir(parents=True)
    (tmp_path / "site" / "egg-2.0-py3.egg" / "EGG-INFO" / "PKG-INFO").write_text("Name: egg\nVersion: 2.0\n")
    (tmp_path / "src" / "dev.egg-info").mkdir(parents=True)
    (tmp_path / "src" / "setup.py").write_text("")
    (tmp_path / "src" / "dev.egg-info" / "PKG-INFO").write_text("Name: dev\nVersion: 3.0\n")
    (tmp_path / "site" / "easy-install.pth").write_text(f"import sys\n# comment\n{tmp_path / 'src'}\n/no/such/folder\n")
    assert freeze(tmp_path / "site") == [
        "# Editable install with no version control (dev==3.0)",
        f"-e {tmp_path / 'src'}",
        "egg==2.0",
        "old==1.0",
    ]


def test_a_long_header_before_the_name_is_read_through(tmp_path: pathlib.Path) -> None:
    (tmp_path / "long-1.0.dist-info").mkdir()
    header = "Metadata-Version: 2.1\nLicense: " + "x" * 5000 + "\nName: long\nVersion: 1.0\n\nVersion: 9\n"
    (tmp_path / "long-1.0.dist-info" / "METADATA").write_text(header)
    assert freeze(tmp_path) == ["long==1.0"]


def test_conda_packages_stand_as_comments(tmp_path: pathlib.Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "mkl-2024.0-h66d3029_1.json").write_text("{}")
    (tmp_path / "conda-meta" / "intel-openmp-2024.0.0-h1_2.json").write_text("{}")
    (tmp_path / "conda-meta" / "history").write_text("")
    conda = list_conda_packages(str(tmp_path))
    text = format_packages([Package("numpy", "2.1")], conda=conda)
    assert text == b"numpy==2.1\n# conda: intel-openmp=2024.0.0=h1_2\n# conda: mkl=2024.0=h66d3029_1\n"


def age(*paths: pathlib.Path) -> None:
    for path in paths:
        os.utime(path, ns=(10**18, os.stat(path).st_mtime_ns - 10**10))


def test_a_kept_list_holds_until_something_is_installed(tmp_path: pathlib.Path) -> None:
    site, cache = tmp_path / "site", tmp_path / "cache"
    install(site, "one", "1.0")
    age(site)
    metadata = site / "one-1.0.dist-info" / "METADATA"
    first = remember_packages("/p/bin/python", "/p", [str(site)], str(cache))
    assert [(package.name, package.version) for package in first] == [("one", "1.0")]
    metadata.unlink()  # which the folder's own time does not show: proof that the second answer is the kept one
    assert remember_packages("/p/bin/python", "/p", [str(site)], str(cache)) == first
    install(site, "two", "1.0")
    age(site)
    assert [one.name for one in remember_packages("/p/bin/python", "/p", [str(site)], str(cache))] == ["two"]


@pytest.mark.parametrize("content", ["", "[1]", '[{"nonsense": 1}]', '{"a": 1}'])
def test_a_damaged_list_is_made_again(tmp_path: pathlib.Path, content: str) -> None:
    site, cache = tmp_path / "site", tmp_path / "cache"
    install(site, "one", "1.0")
    age(site)
    first = remember_packages("/p/bin/python", "/p", [str(site)], str(cache))
    (kept,) = cache.iterdir()
    kept.write_text(content)
    assert remember_packages("/p/bin/python", "/p", [str(site)], str(cache)) == first
    assert json.loads(kept.read_text())[0]["name"] == "one"


def test_a_folder_that_changed_just_now_is_read_every_time(tmp_path: pathlib.Path) -> None:
    install(tmp_path / "site", "one", "1.0")
    for version in ("1.0", "2.0"):
        (tmp_path / "site" / "one-1.0.dist-info" / "METADATA").write_text(f"Name: one\nVersion: {version}\n")
        found = remember_packages("/p/bin/python", "/p", [str(tmp_path / "site")], str(tmp_path / "cache"))
        assert [package.version for package in found] == [version]


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("/srv/git/x y.git", "file:///srv/git/x%20y.git"),
        ("git@example.org:team/x.git", "ssh://git@example.org/team/x.git"),
        ("https://user:secret@example.org/x.git", "https://example.org/x.git"),
        ("ssh://git@example.org/x.git", "ssh://git@example.org/x.git"),
    ],
)
def test_a_remote_is_written_as_pip_writes_it(remote: str, url: str) -> None:
    package = Package("x", "1.0", editable="/elsewhere/x")
    listed = format_packages([package], find_source=lambda folder: Source("c" * 40, remote))
    assert listed.decode() == f"-e git+{url}@{'c' * 40}#egg=x\n"
