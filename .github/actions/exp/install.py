"""Installs gitexp into an environment of its own, and says where its Python is.

The job's own Python, and what is installed there, is left alone; the folder of the project is on no path meanwhile.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import venv


def main() -> int:
    """Installs what ``EXP_INSTALL`` says, where it says something; the status is pip's."""
    wanted = shlex.split(os.environ.get("EXP_INSTALL", ""))
    python = sys.executable
    if any(word.startswith("-") for word in wanted):
        sys.stdout.write("::error title=gitexp::input gitexp: requirements are meant, and no options of pip\n")
        return 2
    if wanted:
        folder = os.path.join(os.environ["RUNNER_TEMP"], "gitexp")
        venv.create(folder, with_pip=True, clear=True)
        scripts = "Scripts" if os.name == "nt" else "bin"
        python = os.path.join(folder, scripts, "python.exe" if os.name == "nt" else "python")
        options = ["--quiet", "--disable-pip-version-check"]
        done = subprocess.run([python, "-I", "-m", "pip", "install", *options, *wanted], check=False)
        if done.returncode:
            sys.stdout.write("::error title=gitexp::gitexp could not be installed; pip says why, above\n")
            return done.returncode
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as stream:
        stream.write(f"python={python}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
