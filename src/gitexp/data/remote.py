"""A data remote: a place of DVC's for bytes, in which ours have a folder of their own."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from gitexp.data.dvc_config import read_dvc_config
from gitexp.data.folder_remote import FolderRemote
from gitexp.data.object_remote import ObjectRemote
from gitexp.data.remote_failures import explain_failure, name_extra
from gitexp.data.remote_programs import refuse_programs
from gitexp.errors import NoStorage, TransferFailed
from gitexp.model.storage import DataPlace, hide_secrets, is_place, show_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.data.dvc_config import DvcConfig
    from gitexp.model.storage import AskedRemote

OWN = "gitexp"
"""The folder below a remote's URL that is ours: what DVC collects there is what lies beside it."""
_IDENTITY = ("endpointurl", "account_name", "host", "port", "oss_endpoint", "profile", "projectname")


class Found(NamedTuple):
    """The hashes that a remote has, in our folder and in the area of DVC's own."""

    own: frozenset[str]
    plain: frozenset[str]


class DataRemote:
    """Bytes by hash, in our folder and in DVC's own area beside it. Whatever fails there raises TransferFailed."""

    __slots__ = ("_own", "_plain", "_settings", "jobs", "key", "place")

    def __init__(
        self,
        place: DataPlace,
        key: str,
        own: FolderRemote | ObjectRemote,
        plain: FolderRemote | ObjectRemote,
        settings: dict[str, object],
        jobs: int,
    ) -> None:
        self.place = place
        self.key = key
        """The same for the same place, whatever it is called; nothing of it can be read."""
        self.jobs = jobs
        self._own = own
        self._plain = plain
        self._settings = settings

    def find(self, own: Iterable[str], plain: Iterable[str]) -> Found:
        """Which hashes are there: of ``own`` in our folder, of ``plain`` in DVC's area. Many are asked at once."""
        there = self._run(lambda: self._own.find(list(own)))
        return Found(frozenset(there), frozenset(self._run(lambda: self._plain.find(list(plain)))))

    def send(self, path: str, md5: str, advance: Callable[[int], None], *, alone: bool) -> None:
        """Brings a file there, whole or not at all; ``advance`` hears of bytes, and what it raises ends it."""
        self._run(lambda: self._own.send(path, md5, advance, alone=alone))

    def remove(self, md5: str) -> None:
        """Takes an object out of our folder."""
        self._run(lambda: self._own.remove(md5))

    def receive(self, md5: str, target: str, advance: Callable[[int], None], *, plain: bool, alone: bool) -> bool:
        """Writes the bytes of a hash to ``target``, unchecked, from our folder or DVC's area; False where they are not.

        Raises StorageFailed where they cannot be written.
        """
        area = self._plain if plain else self._own
        return bool(self._run(lambda: area.receive(md5, target, advance, alone=alone), target))

    def shown(self, md5: str, *, plain: bool = False) -> str:
        """Where the bytes of a hash lie, or would."""
        return show_url((self._plain if plain else self._own).shown(md5))

    def _run(self, step: Callable[[], Any], target: str | None = None) -> Any:
        try:
            return step()
        except Exception as error:
            raise explain_failure(error, self.place, self._settings, target) from error


def open_data_remote(asked: AskedRemote, project: str, top: str | None) -> DataRemote:
    """Finds the remote in DVC's configuration, or takes a URL as one. Nothing is asked of it yet.

    Raises NoStorage where there is none or none of that name, or one that would start a program that the repository
    brought along; TransferFailed where what it needs is not installed.
    """
    config = read_dvc_config(project, top)
    place, given = _find(config, asked)
    from dvc.config import ConfigError
    from dvc.fs import get_cloud_fs
    from dvc_objects.fs.errors import RemoteMissingDepsError

    scheme = urlsplit(place.url).scheme
    try:
        kind, settings, root = get_cloud_fs(config.values, **given)
        refuse_programs(place.name or place.url, settings, config.outer)
        files = kind(**settings) if kind.protocol != "local" else None
    except ConfigError as error:
        words = hide_secrets(str(error).removeprefix("config file error: "), dict(given))
        raise NoStorage(f"{place.name or place.url}: {words}", hint="dvc remote list") from error
    except (ImportError, RemoteMissingDepsError) as error:
        hint = f"pip install {name_extra(scheme)}"
        raise TransferFailed(place.url, f"what speaks to {scheme}:// is not installed", hint=hint) from error
    if files is None:
        own: Any = FolderRemote(os.path.join(place.url, OWN), place.url)
        plain: Any = FolderRemote(place.url, place.url)
    else:
        own = ObjectRemote(files, files.join(root, OWN), f"{place.url}/{OWN}")
        plain = ObjectRemote(files, root, place.url)
    jobs = settings.get("jobs") or min(4 * (os.cpu_count() or 1), 16)
    identity = repr([place.url, *(str(settings.get(one)) for one in _IDENTITY)])
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return DataRemote(place, key, own, plain, dict(settings), jobs)


def find_data_place(asked: AskedRemote, project: str, top: str | None) -> DataPlace:
    """Which remote that is, without opening it. Raises NoStorage where there is none, or none of that name."""
    return _find(read_dvc_config(project, top), asked)[0]


def _find(config: DvcConfig, asked: AskedRemote) -> tuple[DataPlace, dict[str, object]]:
    """The remote as it is shown, and as DVC is to be told of it."""
    word = asked.word if asked.word is not None else config.default_remote
    known = f"; there is {', '.join(config.remotes)}" if config.remotes else ""
    if word is None:
        named = config.remotes[0] if config.remotes else "URL"
        hint = f"exp remote set --data {named}, or for everybody storage: {{remote: {named}}} in .exp.yaml"
        raise NoStorage(f"no data remote is chosen{known}", hint=hint)
    why = asked.why if asked.word is not None else "core.remote"
    if word.lower() in config.remotes:
        url = str(config.values["remote"][word.lower()].get("url", ""))
        return DataPlace(word.lower(), _show(config, url), why), {"name": word.lower()}
    if not is_place(word):
        words = f"there is no data remote {word!r}, which {why} names{known}"
        raise NoStorage(words, hint=f"dvc remote add {word} URL")
    url = word if "://" in word else _find_folder(word, asked.base)
    return DataPlace(None, _show(config, url), why), {"url": url}


def _show(config: DvcConfig, url: str) -> str:
    resolved = _resolve(config, url)
    return show_url(resolved) if not resolved.startswith("file://") else unquote(urlsplit(resolved).path)


def _resolve(config: DvcConfig, url: str) -> str:
    """The URL that ``remote://name/path`` stands for."""
    parts = urlsplit(url)
    if parts.scheme != "remote":
        return url.rstrip("/") if "://" in url else url
    base = config.values.get("remote", {}).get(parts.netloc.lower(), {}).get("url", url)
    return f"{_resolve(config, base).rstrip('/')}/{parts.path.strip('/')}" if base != url else url


def _find_folder(word: str, base: str) -> str:
    return os.path.normpath(os.path.join(base, os.path.expanduser(word)))
