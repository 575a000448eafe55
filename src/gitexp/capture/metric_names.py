"""Which printed names are those of metrics: a vocabulary, since output says nothing of what its numbers mean."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Kind(IntEnum):
    """What a name tells of its number, from what is never a metric to what always is."""

    NEVER = 0
    """Times, sizes, counters, ids, and settings of a loss or a score (``loss_weight``)."""
    SETTING = 1
    """A hyperparameter, which some scripts log step by step (``lr``)."""
    UNKNOWN = 2
    WEAK = 3
    """A metric's name that has other uses in output (``error: 3``, ``precision: 16``)."""
    METRIC = 4


def make_vocabulary(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_METRICS = make_vocabulary(
    "loss losses acc accuracy auc auroc auprc aucpr prauc rocauc f1 fbeta fscore f1score recall rmse mse mae "
    "smape msle rmsle medae r2 rsquared score perplexity ppl bleu rougel meteor chrf iou miou jaccard dice psnr "
    "ssim lpips fid reward nll elbo kld logloss mlogloss crossentropy bce mcc matthews kappa sensitivity "
    "specificity tpr tnr fnr wer cer bpc bpb bpd ndcg mrr likelihood loglikelihood correlation pearson spearman "
    "ari nmi ami silhouette inertia gini brier ece eer deviance merror roc learn "
    "mape rouge fpr"  # codespell:ignore mape,rouge,fpr
)
_WEAK = make_vocabulary(
    "error err map return cost precision objective hits ap kl entropy gap divergence fitness regret residual corr"
)
_NEVER = make_vocabulary(
    "time times timestamp ts seconds second secs sec ms minutes minute hours hour eta elapsed duration runtime "
    "took remaining latency wall clock date day year memory mem ram vram bytes kb mb gb size sizes len length "
    "shape dim dims id ids uid pid ppid port rank ranks world gpu gpus cpu cpus cuda device devices node nodes "
    "thread threads worker workers version versions num v build line lines lineno code status count counts "
    "samples examples images tokens params parameters throughput speed fps ips it its per retries attempt "
    "warnings job weight weights coef coeff coefficient fn func function type name scale alpha threshold "
    "thresholds thresh thres target margin factor decay dir path file every interval freq frequency patience eps "
    "delta warmup smoothing clip init n goal default bits limit budget schedule ratio reduction"
)
_SETTINGS = make_vocabulary(
    "lr learning momentum dropout seed batch batchsize bs epochs steps iterations hidden layers depth width heads "
    "gamma beta betas temperature tau lambda wd optimizer optim estimators rounds embed emb vocab"
)
QUALIFIERS = make_vocabulary(
    "train training val valid validation test testing eval evaluation dev holdout cv cross avg average mean "
    "median total running smoothed ema best min max minimum maximum lowest highest final last overall global "
    "macro micro weighted binary balanced absolute squared log root normalized explained mask box cls obj on of "
    "the set data dataset split student teacher policy value critic actor generator discriminator disc episode "
    "word character token sequence"
)
"""Words that belong to a metric's name when they stand next to it: ``val loss``, ``Accuracy on test set``."""
SPLITS = make_vocabulary("train training val valid validation test testing eval evaluation dev best")
"""Qualifiers that some scripts print alone, as the name of their one metric."""

_PARTS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z]{2})(?=[A-Z][a-z])")
_SOURCE = re.compile(r"\.(?:py|cc|cpp|c|h|js|ts|go|rs|java)$")
_DIGITS = re.compile(r"^([a-z]{2,}?)[0-9]+$")


@lru_cache(maxsize=4096)
def classify_name(name: str) -> Kind:
    """What a name, such as ``val_loss`` or ``train/top1``, tells of its number."""
    parts = [part.lower() for part in _PARTS.split(name) if part]
    parts = [_DIGITS.sub(r"\1", part) if part not in _METRICS else part for part in parts]
    if not parts or _SOURCE.search(name) or any(part in _NEVER for part in parts):
        return Kind.NEVER
    if any(part in _METRICS for part in parts):
        return Kind.METRIC
    if any(part in _WEAK for part in parts):
        return Kind.WEAK
    return Kind.SETTING if any(part in _SETTINGS for part in parts) else Kind.UNKNOWN
