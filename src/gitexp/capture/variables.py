"""The environment variables that a run records: those on a list, never all."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CHANGE_NUMBERS_OR_SPEED = """
    CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER CUDA_LAUNCH_BLOCKING CUBLAS_WORKSPACE_CONFIG NVIDIA_TF32_OVERRIDE
    NVIDIA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES HSA_OVERRIDE_GFX_VERSION ZE_AFFINITY_MASK
    OMP_* KMP_* MKL_* OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS GOTO_NUM_THREADS VECLIB_MAXIMUM_THREADS
    BLIS_NUM_THREADS RAYON_NUM_THREADS TOKENIZERS_PARALLELISM MALLOC_ARENA_MAX
    TF_CONFIG TF_CPP_* TF_CUDNN_* TF_DETERMINISTIC_OPS TF_ENABLE_* TF_FORCE_GPU_* TF_GPU_* TF_NUM_* TF_XLA_FLAGS
    PYTHONHASHSEED PYTHONOPTIMIZE PYTHONUTF8 PYTHON_GIL PYTHONUNBUFFERED
    TORCH_* PYTORCH_* TORCHINDUCTOR_* XLA_* JAX_* KERAS_BACKEND FLAX_* NCCL_* GLOO_* RCCL_*
"""
_PLACE_AMONG_PROCESSES = """
    RANK LOCAL_RANK NODE_RANK GROUP_RANK WORLD_SIZE LOCAL_WORLD_SIZE MASTER_PORT OMPI_COMM_WORLD_RANK
    OMPI_COMM_WORLD_SIZE PMI_RANK PMI_SIZE
"""
_SCHEDULERS = """
    SLURM_JOB_ID SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID SLURM_JOB_NAME SLURM_JOB_PARTITION SLURM_JOB_QOS
    SLURM_JOB_NUM_NODES SLURM_NTASKS SLURM_PROCID SLURM_CPUS_PER_TASK SLURM_GPUS SLURM_GPUS_ON_NODE
    SLURM_MEM_PER_NODE SLURM_RESTART_COUNT PBS_JOBID PBS_QUEUE LSB_JOBID LSB_QUEUE JOB_ID SGE_TASK_ID
"""
_CONTINUOUS_INTEGRATION = """
    CI GITHUB_ACTIONS GITHUB_SHA GITHUB_REF GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_RUN_ATTEMPT GITHUB_WORKFLOW
    GITHUB_REPOSITORY GITLAB_CI CI_COMMIT_SHA CI_COMMIT_REF_NAME CI_JOB_ID CI_PIPELINE_ID BUILD_NUMBER
    CIRCLECI CIRCLE_BUILD_NUM BUILDKITE BUILDKITE_BUILD_NUMBER
"""
_LOCALE = "CONDA_DEFAULT_ENV LANG LC_ALL LC_NUMERIC TZ"

_GROUPS = (_CHANGE_NUMBERS_OR_SPEED, _PLACE_AMONG_PROCESSES, _SCHEDULERS, _CONTINUOUS_INTEGRATION, _LOCALE)
ALLOWED = tuple(name for group in _GROUPS for name in group.split())
"""Names and globs. Paths of the machine (``VIRTUAL_ENV``, ``PATH``) are left out, and whatever may hold a login."""

_SECRET = re.compile(r"TOKEN|SECRET|PASS|CREDENTIAL|KEY|AUTH|JWT|COOKIE|WEBHOOK|DSN", re.IGNORECASE)
_LONGEST_VALUE = 1000
_MOST_VARIABLES = 200


def select_variables(environ: Mapping[str, str], extra: Iterable[str] = ()) -> dict[str, str]:
    """The allowed variables of an environment, by name; ``extra`` are further names and globs that a user set.

    A glob never takes a name that sounds like a secret; one that the user names in full is taken, and left to
    redaction. A value too long to keep says how long it was.
    """
    patterns = [*ALLOWED, *extra]
    plain = {pattern for pattern in patterns if not any(sign in pattern for sign in "*?[")}
    globs = [pattern for pattern in patterns if pattern not in plain]
    selected = [
        name
        for name in sorted(environ)
        if name in plain or (any(fnmatch.fnmatchcase(name, pattern) for pattern in globs) and not _SECRET.search(name))
    ]
    return {_printable(name): _bounded(environ[name]) for name in selected[:_MOST_VARIABLES]}


def _bounded(value: str) -> str:
    text = _printable(value)
    if len(text) <= _LONGEST_VALUE:
        return text
    return f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


def _printable(text: str) -> str:
    """The text with bytes that are not UTF-8, which Python keeps as surrogates, written as ``\\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
