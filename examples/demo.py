"""Trains a model several times in a scratch repository, looks at the runs, shares them; ``--keep FOLDER`` says where.

Nothing of yours is touched: home and Git configuration are the scratch folder's own.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from demo_registry import tell_registry

EXAMPLES = os.path.dirname(os.path.abspath(__file__))
FAKE_KEY = "sk-proj-" + "4f9a1c07b2e85d36" * 2
KEY_LINE = "bm90IGEga2V5LCBidXQgaXQgbG9va3MgbGlrZSBvbmU"
FAKE_PRIVATE_KEY = "\n".join(
    ["-----BEGIN OPENSSH " + "PRIVATE KEY-----", *[KEY_LINE] * 4, "-----END OPENSSH " + "PRIVATE KEY-----", ""]
)


class Demo:
    """A shell session in a scratch repository that shows what it types."""

    def __init__(self, scratch: str) -> None:
        home = os.path.join(scratch, "home")
        self.folder = os.path.join(scratch, "digits")
        os.makedirs(home)
        os.makedirs(self.folder)
        with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
            file.write("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "EXP_", "XDG_"))}
        self.environment = kept | {
            "PATH": os.path.dirname(sys.executable) + os.pathsep + kept["PATH"],
            "HOME": home,
            "USERPROFILE": home,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.path.join(home, ".gitconfig"),
            "GIT_PAGER": "cat",
            "PAGER": "cat",
        }

    def say(self, text: str) -> None:
        """A line of the story."""
        print(f"\n# {text}", flush=True)

    def enter(self, folder: str) -> None:
        """Goes into another folder beside this one."""
        self.folder = os.path.join(os.path.dirname(self.folder), folder)
        print(f"$ cd ../{folder}", flush=True)

    def type(self, line: str, *, status: int = 0, quiet: bool = False) -> None:
        """Types a line and shows what comes of it. Raises SystemExit when it ends with another status than said."""
        if not quiet:
            print(f"$ {line}", flush=True)
        done = subprocess.run(
            shlex.split(line),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
            check=False,
        )
        if done.returncode != status:
            raise SystemExit(f"demo: {line} ended with {done.returncode}, not with {status}")

    def start(self, line: str) -> subprocess.Popen[bytes]:
        """Types a line and leaves it running in the background."""
        print(f"$ {line} &", flush=True)
        return subprocess.Popen(
            shlex.split(line),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_for_metric(self, run: str, metric: str) -> None:
        """Waits until a running run has a metric. Raises SystemExit when that takes a minute."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            line = ["exp", "show", run, "--json"]
            shown = subprocess.run(line, cwd=self.folder, env=self.environment, capture_output=True, check=False)
            if shown.returncode == 0 and metric in json.loads(shown.stdout)["data"]["metrics"]:
                return
            time.sleep(0.2)
        raise SystemExit(f"demo: {run} has no {metric} after a minute")

    def pull_the_plug(self, going: subprocess.Popen[bytes]) -> None:
        """Ends a process and all of its group, as no program can prevent."""
        print(f"$ kill -9 -- -{going.pid}", flush=True)
        os.killpg(going.pid, signal.SIGKILL)
        going.wait()

    def save(self, name: str, content: str) -> None:
        """Writes a file of the repository."""
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(content)

    def edit(self, name: str, old: str, new: str) -> None:
        """Changes one place in a file of the repository."""
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            raise SystemExit(f"demo: {name} has {old!r} {text.count(old)} times")
        self.save(name, text.replace(old, new))


def tell(demo: Demo) -> None:
    """The story."""
    shutil.copy(os.path.join(EXAMPLES, "train.py"), demo.folder)
    demo.save(".gitignore", "metrics.json\nmodel.pkl\n")
    for line in ("git init --quiet", "git add --all", "git commit --quiet -m 'Train on digits'"):
        demo.type(line, quiet=True)

    demo.say("A script that knows nothing of gitexp, in a Git repository. One word before the command records it.")
    demo.type("exp run -- python train.py")

    demo.say("Other settings, another seed.")
    demo.type("exp run --quiet -- python train.py --lr 0.1 --hidden 64 --seed 1")
    demo.type("exp run --quiet --name relu -- python train.py --lr 0.03 --hidden 64 --seed 1")

    demo.say("A run that fails is a run too.")
    demo.type("exp run --quiet -- python train.py --lr 30", status=1)

    demo.say("An edit that nobody committed, a model to keep, and a key that nobody should see.")
    demo.edit(
        "train.py",
        "random_state=arguments.seed,\n    )",
        'random_state=arguments.seed,\n        activation="tanh",\n    )',
    )
    demo.type(
        "exp run --name tanh --artifact model.pkl -- "
        f"python train.py --lr 0.03 --hidden 64 --seed 1 --api-key {FAKE_KEY}"
    )

    demo.say("All of them, newest first.")
    demo.type("exp ls")

    demo.say("Why is tanh not relu? One line that was never committed.")
    demo.type("exp diff relu tanh")

    demo.say("Everything that is known of one run. The key is not.")
    demo.type("exp show tanh")

    demo.say("The code that ran, edit included, in a new worktree. Yours stays as it is.")
    demo.type("exp checkout tanh ../digits-tanh")
    demo.type("grep -n tanh ../digits-tanh/train.py")

    demo.say("A script that says more than it prints: import gitexp, and log. Nothing of it waits for anything.")
    shutil.copy(os.path.join(EXAMPLES, "train_steps.py"), demo.folder)
    demo.type("grep -n gitexp train_steps.py")
    demo.type("exp run --name linear -- python train_steps.py")

    demo.say("The same for a very long time, in the background. How far is it?")
    going = demo.start("exp run --quiet --name cut-short -- python train_steps.py --steps 1000000")
    demo.wait_for_metric("cut-short", "val.acc")
    demo.type("exp ls --columns name,status,seconds,loss,val.acc -n 2")

    demo.say("Somebody pulls the plug: kill -9 of the script, of exp, of all that belongs to it.")
    demo.pull_the_plug(going)
    demo.type("exp ls --columns name,status,seconds,loss,val.acc -n 2")
    demo.type("exp logs cut-short --tail 2")

    demo.say("It is all plain Git: a run is one commit.")
    demo.type("git log --oneline --graph --decorate=no --glob='refs/runs/*' HEAD")
    demo.type("git fsck --strict --no-dangling")
    demo.type("git status --short")

    demo.say("Share them: a push to the repository that the team has anyway; here a bare one stands in for the host.")
    demo.type("git init --quiet --bare ../team.git")
    demo.type("git remote add origin ../team.git")
    demo.type("git push --quiet origin main")
    demo.type("exp push")

    demo.say("A colleague pulls, compares, says what is known by now, and pushes that back.")
    demo.type("git clone --quiet ../team.git ../colleague")
    demo.enter("colleague")
    demo.type("git config user.name 'Grace Hopper'", quiet=True)
    demo.type("git config user.email grace@example.org", quiet=True)
    demo.type("exp pull")
    demo.save(".exp.yaml", "metrics: {loss: minimize, val_acc: maximize, test_acc: maximize}\n")
    demo.type("exp compare relu tanh linear --rows 'params.*,loss,*acc*'")
    demo.type("exp tag tanh candidate team=digits")
    demo.type("exp note tanh 'the best so far; try more units'")
    demo.type("exp rm cut-short --why 'the plug was pulled'")

    demo.say("The model, checked against its hash, where it is needed.")
    demo.type("exp get tanh model.pkl -o ../served")

    demo.say("What exactly produced it, and can it be had again? Run from the record alone: the same comes out.")
    demo.type("exp reproduce relu --yes")
    demo.type("exp push")

    demo.say("What both have said is kept, whoever pushes first.")
    demo.enter("digits")
    demo.type("exp tag tanh reviewed")
    demo.type("exp pull")
    demo.type("exp tag tanh")
    demo.type("exp push")

    demo.say("A key in a commit, taken out in the next one. It is gone from the folder; from the history it is not.")
    demo.save("deploy_key", FAKE_PRIVATE_KEY)
    demo.type("git add deploy_key")
    demo.type("git commit --quiet -m 'Deploy'")
    demo.type("git rm --quiet deploy_key")
    demo.type("git commit --quiet -m 'Take the key out again'")
    demo.type("exp run --quiet --name last-one -- python train.py")
    demo.type("exp push --with-history", status=1)
    demo.say("Nothing has left. Out of the history with it, and out of the run that hangs off it.")
    demo.type("git reset --quiet --keep HEAD~2")
    demo.type("exp purge --yes last-one")
    demo.type("exp push")

    demo.say("A run as exp watch draws it, while it goes and afterwards.")
    demo.type("exp watch linear --once --metric loss --metric val.acc")

    demo.say("Which setting is better, and is it more than noise? The same with four seeds each.")
    demo.save(".exp.yaml", "metrics: {loss: minimize, val.acc: maximize}\n")
    for alpha in ("0.0001", "0.01", "0.1"):
        for seed in range(1, 5):
            demo.type(
                f"exp run --quiet -e sweep -- python train_steps.py --steps 200 --alpha {alpha} --seed {seed}",
                quiet=(alpha, seed) != ("0.0001", 1),
            )
    demo.type("exp ls -e sweep --where 'val.acc > 0.9 and alpha < 0.05' --top 3 --by val.acc --curve loss")
    demo.type("exp compare -e sweep --group-by auto --baseline max:val.acc --metric val.acc")
    demo.type('exp query "select status, count(*) as runs, sum(seconds) as seconds from runs group by status"')
    demo.type("exp report -e sweep --group-by auto -o ../sweep.html")
    demo.say("(--keep FOLDER keeps that page: it opens without a network.) The sweep goes to the team as well.")
    demo.type("exp push --all")

    demo.say("And the curves, a band for the seeds of each setting.")
    demo.type("exp plot loss -e sweep --group-by alpha --smooth 0.8 --log")
    tell_registry(demo)
    demo.say("No server, no account: all of this is in the repository, and a clone can check it.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", metavar="FOLDER", help="a new folder to work in, which stays")
    kept = parser.parse_args().keep
    if kept:
        os.makedirs(kept)
        tell(Demo(os.path.abspath(kept)))
    else:
        with tempfile.TemporaryDirectory(prefix="gitexp-demo-") as scratch:
            tell(Demo(scratch))


if __name__ == "__main__":
    main()
