"""The last part of the demo: a model goes into production, with two signatures, and a forged line is caught."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo import Demo

POLICY = """\
# Which version of which model is where. Review changes of this file like code.
format: 1
stages: [staging, production, archived]
policies:
  production:
    require: ["metrics.test_acc >= 0.9"]
    approvals: 2
    self_approval: false
models:
"""
PEOPLE = {"grace": "Grace Hopper", "linus": "Linus Pauling"}


def tell_registry(demo: Demo) -> None:
    """The story of one version."""
    ada = demo.environment["GIT_CONFIG_GLOBAL"]
    demo.say("Into production: by a file that is reviewed like code, with a gate in it. Two people have to sign.")
    signers = [_make_key(demo, name) for name in PEOPLE]
    demo.save(".allowed_signers", "".join(signers))
    demo.save("registry.yaml", POLICY)
    demo.type("cat registry.yaml")
    demo.type("git add .allowed_signers registry.yaml", quiet=True)
    demo.type("git commit --quiet -m 'Who may approve what'")
    demo.type("exp promote tanh --model digits --stage staging --why 'one unit of tanh is worth two' --commit")

    demo.say("Nobody has signed yet: refused, and the file stays as it is.")
    demo.type("exp promote digits:v1 --stage production", status=1)

    for name, reason in (("grace", "looked at the confusions of 8 and 9"), ("linus", "the seeds agree")):
        demo.say(f"{PEOPLE[name]} signs, with the key that signs commits.")
        demo.environment["GIT_CONFIG_GLOBAL"] = _configure(demo, name)
        demo.type(f"exp approve digits:v1 --stage production --why '{reason}' --commit")
    demo.environment["GIT_CONFIG_GLOBAL"] = ada

    demo.say("Now it may. What CI says of the pull request: every transition, policy and signature since the base.")
    demo.type("exp promote digits:v1 --stage production --commit")
    demo.type("exp registry check --base HEAD~4")
    demo.type("exp registry show digits@production --lineage")
    demo.type("exp get digits@production -o ../production")

    demo.say("And somebody who helps a number up a little, in the file, by hand.")
    metric, forged = _forge(os.path.join(demo.folder, "registry.yaml"))
    print(f"$ sed -i 's/{metric}/{forged}/' registry.yaml", flush=True)
    demo.type("exp registry check --base HEAD~4", status=1)


def _make_key(demo: Demo, name: str) -> str:
    """Makes a key pair and gives its line for the allowed signers."""
    path = os.path.join(demo.environment["HOME"], name)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]
    subprocess.run(command, check=True, env=demo.environment, stdin=subprocess.DEVNULL)
    with open(path + ".pub", encoding="utf-8") as file:
        kind, key, _ = file.read().split()
    return f"{name}@example.org {kind} {key}\n"


def _configure(demo: Demo, name: str) -> str:
    """The Git configuration of somebody who signs."""
    home = demo.environment["HOME"]
    path = os.path.join(home, f"{name}.gitconfig")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[user]\n\tname = {PEOPLE[name]}\n\temail = {name}@example.org\n")
        file.write(f"\tsigningKey = {os.path.join(home, name)}.pub\n[gpg]\n\tformat = ssh\n")
    return path


def _forge(path: str) -> tuple[str, str]:
    """Makes the accuracy in the registry a better one; what stood there, and what does now."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = re.search(r"test_acc: 0\.\d+", text.partition("models:")[2])
    if found is None:
        raise SystemExit("demo: registry.yaml has no test_acc")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(found[0], "test_acc: 0.9999"))
    return found[0], "test_acc: 0.9999"
