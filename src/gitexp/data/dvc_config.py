"""DVC's own configuration, as DVC reads it: its levels, one over the other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.data.cache import Cache
from gitexp.errors import NoStorage

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = ("config", "config.local")


class DvcConfig(NamedTuple):
    """The merged levels: those of the system and the user, and those of a project where ``folder`` is its ``.dvc``."""

    folder: str | None
    values: Mapping[str, Any]

    @property
    def remotes(self) -> tuple[str, ...]:
        """The names of the remotes."""
        return tuple(self.values.get("remote", {}))

    @property
    def default_remote(self) -> str | None:
        """``core.remote``."""
        name = self.values.get("core", {}).get("remote")
        return str(name) if name else None

    @property
    def outer(self) -> Mapping[str, Any]:
        """The levels of the system and the user alone: what no repository can write to."""
        if self.folder is None:
            return self.values
        from dvc.config import Config

        outer: Mapping[str, Any] = Config(dvc_dir=None, validate=True)
        return outer


def find_dvc_folder(project: str, top: str | None) -> str | None:
    """The ``.dvc`` of a project, else that of the nearest folder above it, up to the repository's root."""
    if top is None:
        return None
    here = os.path.abspath(project)
    top = os.path.abspath(top)
    while True:
        folder = os.path.join(here, ".dvc")
        if os.path.isdir(folder):
            return folder
        if here == top or len(here) <= len(top):
            return None
        here = os.path.dirname(here)


def read_dvc_config(project: str, top: str | None) -> DvcConfig:
    """Reads what DVC would read in the project; DVC is loaded only where there is a file to read.

    Raises NoStorage for a configuration that DVC refuses.
    """
    folder = find_dvc_folder(project, top)
    if not any(os.path.exists(file) for file in _list_files(folder)):
        return DvcConfig(folder, {})
    from dvc.config import Config, ConfigError

    try:
        return DvcConfig(folder, Config(dvc_dir=folder, validate=True))
    except ConfigError as error:
        where = folder if folder is not None else "the user's configuration of DVC"
        raise NoStorage(f"{where} cannot be read: {_first_line(error)}", hint="dvc config --list") from error


def list_dvc_caches(project: str, top: str | None) -> list[Cache]:
    """The caches of DVC's own that the project has: ``.dvc/cache``, and the one that ``cache.dir`` names."""
    folder = find_dvc_folder(project, top)
    if folder is None:
        return []
    usual = os.path.join(folder, "cache")
    if not any(map(_speaks_of_cache, _list_files(folder))):
        return [Cache(usual)]
    named = read_dvc_config(project, top).values.get("cache", {}).get("dir")
    return [Cache(place) for place in dict.fromkeys((str(named), usual) if named else (usual,))]


def _list_files(folder: str | None) -> list[str]:
    """Where the levels lie, as ``dvc.dirs`` says; to ask that one takes a tenth of a second."""
    import platformdirs

    outer = [
        os.environ.get("DVC_SYSTEM_CONFIG_DIR") or platformdirs.site_config_dir("dvc", "iterative"),
        os.environ.get("DVC_GLOBAL_CONFIG_DIR") or platformdirs.user_config_dir("dvc", "iterative"),
    ]
    own = [os.path.join(folder, name) for name in _FILES] if folder is not None else []
    return [*(os.path.join(place, "config") for place in outer), *own]


def _speaks_of_cache(file: str) -> bool:
    try:
        with open(file, "rb") as opened:
            return b"cache" in opened.read(1_000_000)
    except OSError:
        return False


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
