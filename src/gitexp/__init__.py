"""gitexp: the experiment tracker that is your Git repository.

Nothing is imported here beyond the interpreter's own: a training script that says ``import gitexp`` must not
notice it.
"""

__version__ = "0.1.0"
