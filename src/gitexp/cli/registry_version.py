"""``exp registry show``, ``get`` and ``card``: one version of a model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gitexp.cli.terminal import find_look, warn
from gitexp.errors import Refused, UsageError

if TYPE_CHECKING:
    from gitexp.actions.registry_view import OpenedVersion
    from gitexp.cli.registry_past import Shown
    from gitexp.store.runs import RunStore


def write_version(store: RunStore, which: str, *, lineage: bool, shown: Shown) -> int:
    """A version and how it came where it stands, or with ``lineage`` what it came from."""
    from gitexp.actions.registry_view import open_version
    from gitexp.render.screen import write_page

    opened = open_version(store, which)
    graph = None
    if lineage:
        from gitexp.actions.version_lineage import read_lineage
        from gitexp.render.lineage_tree import build_lineage, lineage_fields

        graph = read_lineage(store, opened)
    if shown.as_json:
        from gitexp.cli.output import write_envelope

        more = {"lineage": lineage_fields(graph)} if graph is not None else {}
        write_envelope({**_fields(opened), **more}, [opened.missing] if opened.missing is not None else [])
        return 0
    look = find_look(shown.colour)
    if graph is not None:
        write_page(build_lineage(graph, look), look, sys.stdout)
        return 0
    from gitexp.render.registry_page import build_version_page

    warnings = list(opened.doubts)
    if opened.missing is not None:
        way_out = f": {opened.missing.hint}" if opened.missing.hint else ""
        warnings.append(f"{opened.missing.message}{way_out}")
    if opened.others:
        names = ", ".join(f"v{one.number}" for one in opened.others)
        warnings.append(f"{names} of {opened.model.name} stand there too, and came before it")
    page = build_version_page(
        opened.model,
        opened.version,
        look,
        head=opened.head,
        run=opened.run,
        replaced=opened.replaced,
        approvals=[(one.approval, one.is_waiting, one.standing, one.why) for one in opened.approvals],
        warnings=warnings,
    )
    write_page(page, look, sys.stdout)
    return 0


def write_delivery(store: RunStore, which: str, shown: Shown) -> int:
    """What a deployment reads of a version: as JSON one object, else a line for each key."""
    from gitexp.actions.delivery import object_key, path_in_git, read_delivery
    from gitexp.cli.output import write_envelope

    delivery = read_delivery(store, which)
    opened = delivery.opened
    fields = {
        key: one for key, one in _fields(opened).items() if key not in ("history", "replaced", "online", "doubts")
    }
    md5 = opened.version.artifact.md5
    fields["artifact"] |= {"kept": delivery.kept, "path_in_git": path_in_git(delivery)}
    place = delivery.place
    is_remote = delivery.kept != "git" and place is not None
    fields["data_remote"] = (
        {"name": place.name, "url": place.url, "key": object_key(md5)} if is_remote and place else None
    )
    code = opened.run.code if opened.run is not None else None
    fields["code"] = None if code is None else {
        "commit": code.commit, "snapshot": code.snapshot, "dirty": code.dirty, "remote": code.remote
    }  # fmt: skip
    fields["registry"] = {
        "path": opened.file.file, "commit": delivery.registry_commit, "is_committed": delivery.is_committed
    }  # fmt: skip
    errors = [error for error in (opened.missing, delivery.refused) if error is not None]
    if shown.as_json:
        write_envelope(fields, errors)
        return 0
    from gitexp.model.params import flatten
    from gitexp.model.values import format_value
    from gitexp.render.text import neutralise

    for key, value in flatten(fields).items():
        sys.stdout.write(f"{neutralise(key)}\t{neutralise(format_value(value))}\n")
    sys.stdout.flush()
    for error in errors:
        warn(error.message)
    return 0


def write_card(store: RunStore, which: str, output: str | None, *, force: bool, shown: Shown) -> int:
    """A model card of a version."""
    import os

    from gitexp.actions.model_card import write_model_card
    from gitexp.cli.written_file import STDOUT, open_whole

    path = output if output is not None else STDOUT
    if path == STDOUT and output is not None and shown.as_json:
        raise UsageError(
            "--json and -o -: standard output cannot have both", hint=f"exp registry card {which} -o FILE --json"
        )
    if path != STDOUT and os.path.exists(path) and not force:
        raise Refused(f"{path} is there: people may have filled it in", hint=f"-o ANOTHER, or {path} anew with --force")
    text = write_model_card(store, which)
    if output is not None or not shown.as_json:
        with open_whole(path) as file:
            file.write(text.encode())
    if shown.as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"path": output, "card": text})
    elif path != STDOUT:
        sys.stdout.write(f"{path}\n")
    return 0


def _fields(opened: OpenedVersion) -> dict[str, Any]:
    from gitexp.model.online import find_online
    from gitexp.model.registry_past import list_past
    from gitexp.render.json_form import to_plain
    from gitexp.render.registry_fields import approval_fields, past_fields, standing_fields, version_fields

    own = [one for one in list_past(opened.model) if one.version.number == opened.version.number]
    online = find_online(opened.run.annotations) if opened.run is not None else []
    return {
        **version_fields(opened.model, opened.version, opened.head),
        "approvals": [
            approval_fields(one.approval, is_waiting=one.is_waiting, standing=one.standing, why=one.why)
            for one in opened.approvals
        ],
        "replaced": standing_fields([opened.replaced])[0] if opened.replaced is not None else None,
        "history": past_fields(own),
        "online": to_plain(online),
        "doubts": list(opened.doubts),
    }
