"""A hook before a push by pattern: nothing leaves that came under the pattern since it was looked through."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.git.command import Settings
    from gitexp.git.remote import PushUpdate
    from gitexp.git.repository import Repository

MOVED = "gitexp: a ref has moved since it was looked through"

# Git hands a hook "<local ref> <local id> <remote ref> <remote id>", a line for each ref that would change.
_HOOK = f"""#!/bin/sh
cat > "$0.said" || exit 1
awk 'NR == FNR {{ known[$0]; next }} !(($3 " " $2) in known) {{ exit 1 }}' "$0.expected" "$0.said" || {{
    echo "{MOVED}" >&2
    exit 1
}}
own=$(cat "$0.own")
if test -x "$own"; then exec "$own" "$@" < "$0.said"; fi
"""


@contextlib.contextmanager
def guard_push(repository: Repository, updates: Sequence[PushUpdate]) -> Iterator[Settings | None]:
    """Settings under which a push sends these refs with these values or nothing; the user's own hook runs after.

    None where no hook can run: on a file system without programs.
    """
    place = os.path.join(repository.common_dir, "exp")
    os.makedirs(place, exist_ok=True)
    own = os.fsdecode(run_git(repository, "rev-parse", "--path-format=absolute", "--git-path", "hooks/pre-push"))
    with tempfile.TemporaryDirectory(prefix="push-", dir=place) as folder:
        hook = os.path.join(folder, "pre-push")
        _write(f"{hook}.own", own)
        _write(f"{hook}.expected", "".join(f"{update.ref} {update.new}\n" for update in updates))
        _write(hook, _HOOK)
        os.chmod(hook, 0o700)
        yield (("core.hooksPath", folder),) if os.access(hook, os.X_OK) else None


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write(content)
