"""Trains a linear classifier batch by batch and tells gitexp of it; without `exp run` it runs just as well."""

import argparse

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

import gitexp

BATCH = 64


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=400, help="batches of 64 images")
    parser.add_argument("--alpha", type=float, default=1e-4, help="strength of the regularisation")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    images, digits = load_digits(return_X_y=True)
    train_x, val_x, train_y, val_y = train_test_split(images / 16, digits, test_size=0.3, random_state=arguments.seed)
    model = SGDClassifier(loss="log_loss", alpha=arguments.alpha, random_state=arguments.seed)
    gitexp.log_params(batch=BATCH, model=type(model).__name__)
    random = np.random.default_rng(arguments.seed)
    best = 0.0
    for step in range(arguments.steps):
        batch = random.integers(0, len(train_x), BATCH)
        model.partial_fit(train_x[batch], train_y[batch], classes=range(10))
        gitexp.log(step=step, loss=log_loss(train_y[batch], model.predict_proba(train_x[batch]), labels=range(10)))
        if step % 20 == 19:
            accuracy = model.score(val_x, val_y)
            best = max(best, accuracy)
            gitexp.log({"val": {"acc": accuracy}}, step=step)
            print(f"step {step + 1}/{arguments.steps}  accuracy {accuracy:.3f}", flush=True)
    gitexp.summary["best_acc"] = best
    errors = [{"true": int(t), "said": int(s)} for t, s in zip(val_y, model.predict(val_x), strict=True) if t != s]
    gitexp.log_table("errors", errors)
    gitexp.tag(family="linear")


if __name__ == "__main__":
    main()
