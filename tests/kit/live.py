"""A remote, and a second clone of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gitexp.actions.pull_live import PulledLive, pull_live
from gitexp.git.remote import Talk, list_remote_refs
from gitexp.git.remotes import choose_remote
from gitexp.store.runs import open_store
from kit.git import GitFolder
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Shared:
    """``here`` has the remote ``there``, as ``elsewhere`` does."""

    here: GitFolder
    there: GitFolder
    elsewhere: GitFolder

    @classmethod
    def around(cls, here: GitFolder) -> Shared:
        """Makes the remote of a repository, pushes its branch, and clones it."""
        place = here.path.parent
        there = GitFolder.create(place / "there.git", "--bare")
        here.git("remote", "add", "origin", str(there.path))
        here.git("push", "--quiet", "origin", "main")
        here.git("clone", "--quiet", str(there.path), str(place / "elsewhere"))
        return cls(here, there, GitFolder(place / "elsewhere"))

    def live(self, run_id: str) -> str:
        """The mirror that the remote has; '' where it has none."""
        return self.there.git("for-each-ref", "--format=%(objectname)", f"refs/exp/live/default/{run_id}")

    def await_mirror(self, run_id: str, has: Callable[[str], bool] = bool) -> str:
        """Waits for a mirror on the remote, by its commit, and returns that."""
        wait_until(lambda: has(self.live(run_id)))
        return self.live(run_id)

    def await_text(self, run_id: str, path: str, text: str) -> str:
        """Waits for a mirror on the remote in which a file of the record has a text."""

        def has_it(commit: str) -> bool:
            return bool(commit) and text in self.there.git("show", f"{commit}:.exp/{path}", check=False)

        return self.await_mirror(run_id, has_it)

    def pull(self, folder: GitFolder | None = None) -> PulledLive:
        """Brings what the remote has of runs that are going."""
        store = open_store(str((folder or self.elsewhere).path))
        remote = choose_remote(store.repository)
        return pull_live(store, remote, list_remote_refs(store.repository, remote.name), Talk())


def fake_ssh(place: pathlib.Path) -> tuple[dict[str, str], pathlib.Path, pathlib.Path]:
    """A way to a remote that hangs: its environment, a file that is there once it hangs, and one that ends that.

    Once the second file is there, whoever comes is refused at once.
    """
    asked, refuses = place / "asked", place / "refuses"
    script = place / "ssh"
    script.write_text(
        f"#!/bin/sh\nif [ -e '{refuses}' ]; then echo 'no route to host' >&2; exit 255; fi\n"
        f"echo $$ >> '{asked}'\nexec tail -f /dev/null\n"
    )
    script.chmod(0o755)
    return {"GIT_SSH_COMMAND": str(script), "GIT_SSH_VARIANT": "simple"}, asked, refuses
