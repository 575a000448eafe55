"""The commands: where each stands, and what it does in one line. Nothing is imported for saying so."""

from __future__ import annotations

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """One command. ``module`` has its function, and may have EXAMPLES and CONTEXT_SETTINGS.

    EXAMPLES are lines of a shell under the heading of that name; where the first ends in a colon they bring their own.
    """

    name: str
    group: str
    summary: str
    refusal_status: int | None = None
    """The exit status of every refusal, where it is not the error's own: those of ``exp run`` are the script's."""
    output_is_foreign: bool = False
    """Whether standard output belongs to the command that is run, so that even an envelope goes to standard error."""

    @property
    def module(self) -> str:
        """The module to import when the command is called."""
        return f"gitexp.cli.{self.function}"

    @property
    def function(self) -> str:
        """The command's function in the module, and the module's own name: Python keeps ``import`` for itself."""
        return f"{self.name}_" if self.name == "import" else self.name


COMMANDS: tuple[CommandEntry, ...] = (
    CommandEntry("init", "Record", "Write a commented .exp.yaml"),
    CommandEntry(
        "run", "Record", "Run a command and record it as one commit", refusal_status=125, output_is_foreign=True
    ),
    CommandEntry("stop", "Record", "Stop a run that is going, and have it recorded"),
    CommandEntry("recover", "Record", "Complete runs whose recording died"),
    CommandEntry("ls", "Read", "List runs, the newest first"),
    CommandEntry("show", "Read", "Show everything that is known of a run"),
    CommandEntry("logs", "Read", "Print what a run printed"),
    CommandEntry("watch", "Read", "Watch runs while they go"),
    CommandEntry("diff", "Read", "Compare two runs, and their code"),
    CommandEntry("compare", "Read", "Compare any number of runs, side by side"),
    CommandEntry("plot", "Read", "Draw runs, in the terminal or into a file"),
    CommandEntry("report", "Read", "Write runs onto one page that needs no network"),
    CommandEntry("query", "Read", "Ask all runs in SQL"),
    CommandEntry("tag", "Say", "Tag runs, or take tags away"),
    CommandEntry("note", "Say", "Add a note to runs"),
    CommandEntry("link", "Say", "Link runs to a page about them"),
    CommandEntry("mv", "Say", "Move runs to another experiment"),
    CommandEntry("rm", "Say", "Hide runs from listings"),
    CommandEntry("purge", "Say", "Erase a run for good"),
    CommandEntry("promote", "Model", "Make a run a version of a model, or move one to a stage"),
    CommandEntry("approve", "Model", "Approve a version of a model, with your signature"),
    CommandEntry("registry", "Model", "See which version of a model stands where, and check it"),
    CommandEntry("push", "Share", "Push runs to the remote"),
    CommandEntry("pull", "Share", "Pull runs from the remote"),
    CommandEntry("remote", "Share", "See what the remote has, and choose it"),
    CommandEntry("checkout", "Reproduce", "Put the code of a run into a new worktree"),
    CommandEntry("get", "Reproduce", "Bring artifacts or data of a run"),
    CommandEntry("reproduce", "Reproduce", "Run a run again, and say whether the same came out", refusal_status=125),
    CommandEntry("du", "Keep house", "Show how much room runs take, and which of them"),
    CommandEntry("gc", "Keep house", "Remove bytes that no run needs any more"),
    CommandEntry("verify", "Keep house", "Check that every run is whole, and every byte of it"),
    CommandEntry("fold", "Keep house", "Put old runs under a few refs"),
    CommandEntry("export", "Keep house", "Write runs into a file for other programs"),
    CommandEntry("import", "Keep house", "Make runs of what another tracker has recorded"),
    CommandEntry("doctor", "Keep house", "Look for what endangers runs, and say what mends it"),
)
