"""What is found out while the command runs: interpreter, packages, hardware, hashes, and the run before this one."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.priority import lower_priority
from gitexp.model.run import Environment
from gitexp.store.layout import ENVIRONMENT

if TYPE_CHECKING:
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.capture.environment import EnvironmentRecord
    from gitexp.capture.interpreter import Interpreter, Unknown
    from gitexp.data.known_hashes import KnownHashes
    from gitexp.data.recording import RecordedData
    from gitexp.model.head import RunHead
    from gitexp.model.run import LeftOut

_PAUSES = (0.05, 0.35, 1.5, 8.0, 50.0)
"""Seconds between looks at the running processes: shell scripts and make have their Python after a tenth of one."""


class Observed(NamedTuple):
    """What was found out; ``files`` are those of ``.exp/``."""

    environment: Environment
    files: dict[bytes, bytes]
    left_out: tuple[LeftOut, ...]
    data: RecordedData | None
    previous: RunHead | None


def observed_nothing(prepared: Preparation) -> Observed:
    """What is known where nobody could look around."""
    return Observed(Environment(), {}, prepared.run.code.left_out, None, None)


class Observation:
    """Threads that look around while the command runs. Whatever they cannot find out is a warning."""

    def __init__(self, prepared: Preparation, session: Session) -> None:
        from gitexp.capture.interpreter import InterpreterWatch
        from gitexp.store.journal import local_folder

        self._prepared = prepared
        self._session = session
        self._ended = threading.Event()
        self._describing = threading.Lock()
        self._cache = local_folder(prepared.working_copy.repository, "cache")
        self._watch = InterpreterWatch(prepared.request.command, os.environ, prepared.places.here, self._cache)
        self._threads = [
            threading.Thread(target=self._look_at_processes, name="gitexp-processes", daemon=True),
            threading.Thread(target=self._look_after_snapshot, name="gitexp-snapshot", daemon=True),
            threading.Thread(target=self._look_around, name="gitexp-surroundings", daemon=True),
            threading.Thread(target=self._sample_use, name="gitexp-system", daemon=True),
        ]
        self._pid: int | None = None
        self._described: tuple[Interpreter | Unknown, EnvironmentRecord | None] | None = None
        self._left_out = prepared.run.code.left_out
        self._data: RecordedData | None = None
        self._previous: RunHead | None = None
        self._known: KnownHashes | None = None

    def start(self, pid: int) -> None:
        """Begins to look; the command has just started."""
        self._pid = pid
        for thread in self._threads:
            # A limit on processes may leave no room for another thread.
            self._prepared.attempts.make("not all was observed", thread.start, None)

    def finish(self) -> Observed:
        """Waits until all is known. The command has ended: what is being hashed is still hashed to its end."""
        self._ended.set()
        if self._pid is None:  # the command never started; where it would have run is known all the same
            self._look_after_snapshot()
            self._look_around()
        else:
            for thread in self._threads:
                if thread.ident is not None:
                    thread.join()
        self._keep_environment()
        if self._data is not None and self._data.looks:
            self._data = self._tell_changes(self._data)
        if self._described is not None and self._described[1] is not None:
            self._prepared.attempts.extend(self._described[1].warnings)
        return self._sum_up()

    def _tell_changes(self, data: RecordedData) -> RecordedData:
        from gitexp.actions.data_recorded import tell_changes

        prepared = self._prepared
        top, began_ns = prepared.places.top, prepared.before.began_ns
        what = "whether the data changed while it ran is not known"
        return prepared.attempts.make(what, lambda: tell_changes(data, top, began_ns), data)

    def _look_at_processes(self) -> None:
        for pause in _PAUSES:
            self._look()
            if self._described is not None:  # a shell script has its Python only now
                self._keep_environment()
            if self._ended.wait(pause):
                return

    def _look(self) -> None:
        pid = self._pid
        if pid is not None:
            self._prepared.attempts.make("the running processes", lambda: self._watch.look(pid), None)

    def _sample_use(self) -> None:
        journal, pid, prepared = self._session.journal, self._pid, self._prepared
        if journal is None or pid is None or not prepared.settings.system:
            return
        from gitexp.actions.sampling import sample_use

        prepared.attempts.make(
            "the use of the machine was not recorded", lambda: sample_use(prepared, journal, pid, self._ended), None
        )

    def _look_after_snapshot(self) -> None:
        from gitexp.actions.protection import protect_snapshot

        self._prepared.attempts.make(
            "the snapshot was not checked", lambda: protect_snapshot(self._prepared, self._session), None
        )

    def _look_around(self) -> None:
        attempts = self._prepared.attempts
        self._previous = attempts.make("the run before this one", self._find_previous, None)
        self._keep_environment()
        if self._prepared.working_copy.status.entries:
            attempts.make("uncommitted files were not searched for secrets", self._warn_of_secrets, None)
        # Only now: a thread of low priority that holds Python's lock would hold back those that copy the output, and
        # what follows is hashing, which lets go of it.
        lower_priority()
        self._data = attempts.make("the data was not recorded", self._record_data, None)
        self._left_out = attempts.make("files left out were not hashed", self._hash_left_out, self._left_out)
        if (self._data is not None and self._data.items) or self._left_out:
            with self._describing:
                self._keep()
        if self._known is not None:
            self._known.close()  # by the thread that opened it, as SQLite wants

    def _keep_environment(self) -> None:
        """Describes the environment where it is another than it was, and notes it for whoever may have to go on."""
        with self._describing:
            described = self._described
            self._describe_environment()
            if self._described is not described:
                self._keep()

    def _keep(self) -> None:
        """Notes what is known so far in the journal: where we are killed, the run is completed from that."""
        journal = self._session.journal
        if journal is None:
            return
        from gitexp.actions.known import keep_known

        doubts = self._described[1].warnings if self._described is not None and self._described[1] is not None else ()
        self._prepared.attempts.make(
            "what was found out was not noted",
            lambda: keep_known(journal, self._prepared, self._sum_up(), doubts),
            None,
        )

    def _sum_up(self) -> Observed:
        record = self._described[1] if self._described is not None else None
        environment, files = Environment(), dict[bytes, bytes]()
        if record is not None:
            environment = record.environment
            files = {ENVIRONMENT + name.encode(): data for name, data in record.files.items()}
        return Observed(environment, files, self._left_out, self._data, self._previous)

    def _describe_environment(self) -> None:
        """Described once for each answer to what runs; the last one counts."""
        answer = self._watch.answer()
        if self._described is None or self._described[0] != answer:
            record = self._prepared.attempts.make(
                "the environment was not recorded", lambda: self._describe(answer), None
            )
            self._described = (answer, record)

    def _describe(self, answer: Interpreter | Unknown) -> EnvironmentRecord:
        from gitexp.actions.package_sources import find_source
        from gitexp.capture.environment import describe_environment

        places = self._prepared.places
        return describe_environment(
            answer,
            os.environ,
            project=places.project,
            top=places.top,
            extra_variables=self._prepared.settings.variables,
            cache=self._cache,
            find_source=find_source,
        )

    def _find_previous(self) -> RunHead | None:
        from gitexp.store.previous import find_previous

        run = self._prepared.run
        return find_previous(self._prepared.working_copy.repository, run.experiment)

    def _warn_of_secrets(self) -> None:
        from gitexp.actions.kept_secrets import find_kept_secrets

        left_out = frozenset(one.path for one in self._left_out)
        prepared = self._prepared
        with self._describing:  # what is noted meanwhile would teach the same redactor
            prepared.attempts.extend(find_kept_secrets(prepared.working_copy, left_out, prepared.redactor))

    def _hash_left_out(self) -> tuple[LeftOut, ...]:
        from gitexp.data.hashing import hash_file

        repository = self._prepared.working_copy.repository
        found = []
        for one in self._left_out:
            # The hash of a short secret gives it away to whoever tries them all.
            if one.bytes is not None and one.path not in self._prepared.credentials and not one.path.endswith("/"):
                path = os.fsdecode(repository.path_of_manifest(one.path))
                one = one._replace(md5=hash_file(path, self._known_hashes()).md5)
            found.append(one)
        return tuple(found)

    def _record_data(self) -> RecordedData:
        from gitexp.actions.data_recorded import record_run_data

        return record_run_data(self._prepared.begun, self._known_hashes, self._ended.is_set)

    def _known_hashes(self) -> KnownHashes:
        if self._known is None:
            from gitexp.data.known_hashes import KnownHashes

            self._known = KnownHashes(self._cache)
        return self._known
