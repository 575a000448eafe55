"""What ``exp init`` writes: every key of ``.exp.yaml``, commented out at its default."""

from __future__ import annotations

TEMPLATE = """\
# gitexp reads this file from the project's folder. Every key is optional: what is commented out is the default.
# Reference: docs/reference/configuration.md

# The name that a person gives the project; its folder is where this file lies.
project: {project}

# The experiment of a run for which --experiment says nothing.
# experiment: default

# Which way is better, for best:METRIC, for the change against the last run, and for the best value in a table.
metrics:
  # val_auc: maximize
  # val_loss: minimize

# params.yaml is found by itself, in the folder of the run and in this one.
# params:
#   files: []               # further ones: YAML, TOML or JSON, globs
#   command: true           # read the flags of the command (--lr 0.1)

# metrics.json, metrics.csv, metrics.jsonl and dvclive/ are found by themselves when the run changes them.
# metrics_files: []

# What the run reads and writes beside the code: files, folders, globs.
# data:
#   paths: []
#   tracked: true           # what DVC tracks (*.dvc, dvc.lock) is recorded without being named
# artifacts:
#   paths: []
#   git_limit: 1 MB         # larger ones go to the cache, and Git holds a pointer

# output:
#   limit: 10 MB            # of longer output both ends are kept
#   metrics: true           # find metrics in lines such as "epoch 3 loss=0.12"

# The use of processor, memory and GPUs while the run goes.
# system: on                # off | {{interval: 5}}, seconds between samples, which else grow with the run

# What of the working tree a run keeps besides what Git tracks.
# snapshot:
#   scope: code             # tracked | code (untracked text files too) | all (binary ones too)
#   max_file: 1 MB
#   max_total: 20 MB
#   include: []             # globs as in .gitignore, taken whatever their size and kind
#   exclude: []             # globs, never taken

# Secrets are found by their names and forms; this adds to that.
# redaction:
#   names: []               # flags, params and variables whose values are hidden
#   patterns: []            # regular expressions; what they match is hidden wherever it stands
#   allow: []               # names whose values are no secret, whatever they look like
#   files: []               # further credential files that no run keeps

# What a push makes public is searched for secrets first.
# push:
#   allow: []               # paths (globs) and fingerprints of what looks like a secret and is none
#   with_history: false     # your own commits that are not on the remote yet go along unasked

# environment:
#   variables: []           # further environment variables to record, globs

# Runs that go are mirrored to the remote, so that other clones can watch them: as exp run --live does.
# share:
#   live: off
#   interval: 30            # seconds

# What counts as the same when exp reproduce runs a run again. Times and rates of the program never count.
# reproduce:
#   tolerance: {{}}           # by metric or glob: 0.01, or 1% of what it was; or one for all
#   ignore: []              # metrics and artifacts that do not count, globs

# Bytes that are not in Git go with exp push to a data remote of DVC's: else to core.remote of .dvc/config.
# storage:
#   remote:                 # a name, URL or folder: s3://bucket/path, gs://, azure://, ssh://; none: they stay here
#   data: true              # false: artifacts go, data does not

# What an hour costs, by name (globs): of the host once, of a GPU once for each; "default" for any other.
# cost:
#   currency: EUR
#   rates:
#     default: 0.10
"""


def format_settings(project: str) -> str:
    """The file's text for a project of that name."""
    quoted = "'" + project.replace("'", "''") + "'"
    return TEMPLATE.format(project=quoted)
