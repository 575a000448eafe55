"""Every error that a user can meet, in one tree.

    ExpError                        exit  code
    ├── UsageError                  2     usage
    │   └── InvalidValue            2     invalid-value
    │       └── InvalidFilter       2     invalid-filter
    │           └── InvalidQuery    2     invalid-query
    ├── NotFound                    1     not-found
    │   ├── NotARepository          1     not-a-repository
    │   ├── RunNotFound             1     run-not-found
    │   ├── VersionNotFound         1     version-not-found
    │   ├── PartNotFound            1     part-not-found
    │   ├── NothingToPlot           1     nothing-to-plot
    │   ├── NoRemote                1     no-remote
    │   ├── NoStorage               1     no-storage
    │   └── ObjectMissing           1     object-missing
    ├── QueryTooLong                1     query-too-long
    ├── MissingPackage              1     missing-package
    ├── AmbiguousRun                1     ambiguous-run
    ├── DirectionUnknown            1     direction-unknown
    ├── ConfigError                 1     config
    ├── ParamsFileError             1     params-file
    ├── BrokenRegistry              1     broken-registry
    ├── BrokenRecord                1     broken-record
    │   └── NewerFormat             1     newer-format
    ├── BrokenObject                1     broken-object
    │   └── ObjectDamaged           1     object-damaged
    ├── Refused                     1     refused
    │   ├── SecretsFound            1     secrets-found
    │   ├── HistoryUnasked          1     history-unasked
    │   └── PolicyFailed            1     policy-failed
    ├── RefMoved                    1     ref-moved
    ├── RunDiverged                 1     run-diverged
    ├── RemoteFailed                1     remote-failed
    ├── TransferFailed              1     transfer-failed
    ├── GitFailed                   1     git-failed
    │   └── GitMissing              1     git-missing
    └── StorageFailed               1     storage-failed

``code`` is a stable string that scripts may test; ``fields`` are what the message was made of; ``hint`` says what
to type next. ``exp run`` turns any of them into exit status 125 when it refuses before the start.
"""

from __future__ import annotations


class ExpError(Exception):
    """Something a user can act on: what happened to which thing, and what to type next."""

    code = "error"
    exit_status = 1

    def __init__(self, message: str, *, hint: str | None = None, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = fields


class UsageError(ExpError):
    """The command line does not say something that can be done."""

    code = "usage"
    exit_status = 2


class InvalidValue(UsageError):
    """A name, id or value that is not of its form."""

    code = "invalid-value"

    def __init__(self, what: str, value: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{what} {value!r}: {why}", hint=hint, what=what, value=value, why=why)


class InvalidFilter(InvalidValue):
    """A filter that cannot be read, or names what no run has. ``place`` is where in its text, from 0.

    The message has three lines: what is wrong, the filter or the part of it around the place, and a caret beneath it.
    ``where`` is what the filter was given as.
    """

    code = "invalid-filter"

    def __init__(self, text: str, place: int, why: str, *, hint: str | None = None, where: str = "--where") -> None:
        UsageError.__init__(
            self, f"{where}: {why}\n{_point_at(text, place)}", hint=hint, text=text, place=place, why=why
        )
        self._said = (text, place, why)

    def given_as(self, where: str) -> InvalidFilter:
        """The same error of a filter that was given otherwise than as ``--where``."""
        return InvalidFilter(*self._said, hint=self.hint, where=where)


def _point_at(text: str, place: int) -> str:
    """Two lines: the text around a place, and a caret under the cell of a terminal that shows it."""
    import unicodedata

    start = max(place - 50, 0)
    before = ("…" if start else "") + "".join(letter if letter.isprintable() else "·" for letter in text[start:place])
    behind = "".join(letter if letter.isprintable() else "·" for letter in text[place : place + 50])
    more = "…" if place + 50 < len(text) else ""
    cells = sum(
        0
        if unicodedata.combining(letter) or "\ufe00" <= letter <= "\ufe0f"
        else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in before
    )
    return f"    {before}{behind}{more}\n    {' ' * cells}^"


class InvalidQuery(InvalidFilter):
    """SQL that cannot be read, names what is not there, or does anything but read. ``place`` None: no one place."""

    code = "invalid-query"

    def __init__(self, text: str, place: int | None, why: str, *, hint: str | None = None) -> None:
        message = f"query: {why}"
        if place is not None:
            start = text.rfind("\n", 0, place) + 1
            line = text[start:].partition("\n")[0].replace("\t", " ")
            message += f"\n    {line}\n    {' ' * (place - start)}^"
        UsageError.__init__(self, message, hint=hint, text=text, place=place, why=why)


class QueryTooLong(ExpError):
    """A query that was stopped: it took more than the time it was given."""

    code = "query-too-long"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the query was stopped after {seconds:g} s",
            hint="exp query --timeout 600 …  (or a narrower question: a limit, a join on run)",
            seconds=seconds,
        )


class NotFound(ExpError):
    """Something that was named is not there."""

    code = "not-found"


class NotARepository(NotFound):
    """No Git repository where the command was given, or one that Git refuses to use."""

    code = "not-a-repository"

    def __init__(self, folder: str, why: str = "not inside a Git repository", *, hint: str | None = None) -> None:
        super().__init__(
            f"{folder}: {why}",
            hint=hint or "git init  (a run is one commit of a Git repository)",
            folder=folder,
            why=why,
        )


class RunNotFound(NotFound):
    """No run answers to a run spec."""

    code = "run-not-found"

    def __init__(self, spec: str, why: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(
            f"no run {spec!r}" + (f": {why}" if why else ""), hint=hint or "exp ls --all", spec=spec, why=why
        )


class VersionNotFound(NotFound):
    """A model, version, stage or alias that `registry.yaml` has not, or no `registry.yaml` at all."""

    code = "version-not-found"

    def __init__(self, spec: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"no version {spec}: {why}", hint=hint, spec=spec, why=why)


class PartNotFound(NotFound):
    """A run is there, the part of its record that was asked for is not."""

    code = "part-not-found"

    def __init__(self, run: str, part: str, *, hint: str | None = None) -> None:
        super().__init__(f"run {run} has no {part}", hint=hint, run=run, part=part)


class NothingToPlot(NotFound):
    """None of the chosen runs has what a plot is to show."""

    code = "nothing-to-plot"


class NoRemote(NotFound):
    """No other repository is named to which runs could go, or the one that is named is not known."""

    code = "no-remote"

    def __init__(self, known: list[str], *, name: str | None = None, named_by: str | None = None) -> None:
        if name is not None:
            message = f"there is no remote {name!r}" + (f", which {named_by} names" if named_by else "")
            message += f"; there is {', '.join(known)}" if known else ""
        elif known:
            message = f"{len(known)} remotes, and none is chosen for runs: {', '.join(known)}"
        else:
            message = "this repository has no remote"
        usual = "origin" if "origin" in known else known[0] if known else None
        hint = f"exp remote set {usual}" if usual else "git remote add origin URL, or exp remote set URL"
        if usual and name is not None and named_by is None:  # somebody typed it
            hint = f"git remote add {name} URL"
        super().__init__(message, hint=hint, known=known, name=name)


class NoStorage(NotFound):
    """There are bytes too large for Git to move, and no data remote is named to which or from which they could go."""

    code = "no-storage"

    def __init__(self, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            why, hint=hint or "dvc remote add -d NAME URL, or storage: {remote: URL} in .exp.yaml", why=why
        )


class ObjectMissing(NotFound):
    """The bytes that a pointer names are neither here nor where it was looked for them."""

    code = "object-missing"

    def __init__(self, path: str, md5: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path} ({md5}): {why}", hint=hint, path=path, md5=md5, why=why)


class MissingPackage(ExpError):
    """A Python package that only some commands need is not installed."""

    code = "missing-package"

    def __init__(self, package: str, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs {package}, which is not installed",
            hint=f"pip install 'gitexp[{extra}]'",
            package=package,
            extra=extra,
        )


class AmbiguousRun(ExpError):
    """A run spec that more than one run answers to; ``candidates`` are their ids and names."""

    code = "ambiguous-run"

    def __init__(self, spec: str, candidates: list[str]) -> None:
        shown = ", ".join(candidates[:8]) + (f" and {len(candidates) - 8} more" if len(candidates) > 8 else "")
        super().__init__(
            f"{spec!r} names {len(candidates)} runs: {shown}",
            hint="give more characters of the id",
            spec=spec,
            candidates=candidates,
        )


class DirectionUnknown(ExpError):
    """The best by a metric, as in ``best:METRIC``, where nothing says whether more or less of it is better."""

    code = "direction-unknown"

    def __init__(self, metric: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"is more or less of {metric!r} better? nothing says so",
            hint=hint or f"write max:{metric} or min:{metric}, or set metrics.{metric}: maximize in .exp.yaml",
            metric=metric,
        )


class ConfigError(ExpError):
    """`.exp.yaml` says something that cannot be meant; ``line`` counts from 1."""

    code = "config"

    def __init__(self, file: str, line: int, key: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{file}:{line}: {key}: {why}", hint=hint, file=file, line=line, key=key, why=why)


class ParamsFileError(ExpError):
    """A params file that cannot be read as what its name says; ``line`` counts from 1, None where not known."""

    code = "params-file"

    def __init__(self, file: str, line: int | None, why: str, *, hint: str | None = None) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {why}", hint=hint, file=file, line=line, why=why)


class BrokenRegistry(ExpError):
    """`registry.yaml` that is not of its form; ``line`` counts from 1, None where not known."""

    code = "broken-registry"

    def __init__(self, file: str, line: int | None, key: str, why: str, *, hint: str | None = None) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(
            f"{where}: {key}: {why}" if key else f"{where}: {why}", hint=hint, file=file, line=line, key=key, why=why
        )


class BrokenRecord(ExpError):
    """A run's commit or manifest that cannot be read as format 1."""

    code = "broken-record"

    def __init__(self, run: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"run {run} cannot be read: {why}", hint=hint, run=run, why=why)


class NewerFormat(BrokenRecord):
    """A run recorded by a newer gitexp than this one."""

    code = "newer-format"

    def __init__(self, run: str, format_version: int) -> None:
        super().__init__(
            run,
            f"it has format {format_version}, this gitexp reads format 1",
            hint="pip install --upgrade gitexp",
        )


class BrokenObject(ExpError):
    """Bytes that are no commit, tree or blob."""

    code = "broken-object"


class ObjectDamaged(BrokenObject):
    """Bytes that are not those of the hash under which they lie."""

    code = "object-damaged"

    def __init__(self, path: str, md5: str, place: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}: what lies at {place} is not {md5}", hint=hint, path=path, md5=md5, place=place)


class Refused(ExpError):
    """Something that could be done and would do harm."""

    code = "refused"


class SecretsFound(Refused):
    """What a push would send holds what looks like secrets; ``finds`` has them all, never their text."""

    code = "secrets-found"

    def __init__(self, finds: list[dict[str, object]], hint: str) -> None:
        many = len(finds) > 1
        super().__init__(
            f"{len(finds)} place{'s' if many else ''} that look{'' if many else 's'} like a secret would become public "
            f"with this push{', the first' if many else ''}: {finds[0]['place']}",
            hint=hint,
            count=len(finds),
            finds=finds,
        )


class HistoryUnasked(Refused):
    """Commits of the user's own would go along with a push, and nobody has said that they may."""

    code = "history-unasked"

    def __init__(self, remote: str, commits: list[dict[str, object]]) -> None:
        count = len(commits)
        shown = ", ".join(f"{str(commit['commit'])[:7]} {str(commit['subject'])[:60]}" for commit in commits[:3])
        super().__init__(
            f"{count} commit{'s that are' if count > 1 else ' that is'} not on {remote} yet would become public "
            f"with this push: {shown}{f' and {count - 3} more' if count > 3 else ''}",
            hint="exp push --with-history",
            remote=remote,
            count=count,
            commits=commits,
        )


class PolicyFailed(Refused):
    """A promotion that a policy does not let through. ``failed`` are the requirements, each with what was found."""

    code = "policy-failed"

    def __init__(self, version: str, stage: str, failed: list[str], *, hint: str | None = None) -> None:
        lines = "".join(f"\n    {one}" for one in failed)
        super().__init__(
            f"{version} may not go to {stage}:{lines}", hint=hint, version=version, stage=stage, failed=failed
        )


class RefMoved(ExpError):
    """A ref was not what it was a moment ago: someone else wrote it."""

    code = "ref-moved"

    def __init__(self, ref: str, why: str) -> None:
        super().__init__(f"{ref} was moved by another process: {why}", hint="run the command again", ref=ref, why=why)


class RunDiverged(ExpError):
    """Two tips of a run that differ in more than annotations: neither is taken over the other."""

    code = "run-diverged"

    def __init__(self, run: str, why: str, *, ours: str, theirs: str) -> None:
        super().__init__(
            f"run {run} is another one there: {why}",
            hint=f"git diff {ours[:12]} {theirs[:12]}  (both are kept)",
            run=run,
            why=why,
            ours=ours,
            theirs=theirs,
        )


class RemoteFailed(ExpError):
    """Another repository could not be reached, or did not do what was asked; Git's own words are in the message."""

    code = "remote-failed"

    def __init__(self, remote: str, status: int, stderr: str) -> None:
        words = stderr.strip() or "the connection ended without a word"
        super().__init__(
            f"{remote}: {words}", hint=f"git ls-remote {remote}", remote=remote, status=status, stderr=stderr
        )


class TransferFailed(ExpError):
    """A data remote could not be reached or did not do what was asked; its own words are in the message."""

    code = "transfer-failed"

    def __init__(self, remote: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{remote}: {why}", hint=hint, remote=remote, why=why)


class GitFailed(ExpError):
    """The git binary ended with an error; its own words are in the message."""

    code = "git-failed"

    def __init__(self, command: str, status: int, stderr: str, *, hint: str | None = None) -> None:
        words = stderr.strip() or "no message"
        super().__init__(
            f"{command} failed ({status}): {words}", hint=hint, command=command, status=status, stderr=stderr
        )


class GitMissing(GitFailed):
    """There is no git binary."""

    code = "git-missing"

    def __init__(self) -> None:
        super().__init__("git", 127, "git was not found on PATH", hint="install Git 2.34 or newer")


class StorageFailed(ExpError):
    """A file or object could not be written: disk full, read-only, no permission."""

    code = "storage-failed"

    def __init__(self, path: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}: {why}", hint=hint, path=path, why=why)


class GitexpWarning(UserWarning):
    """What Python's API says where the command would say it on standard error: a run that cannot be read, say."""
