"""Trains a small neural network on scikit-learn's handwritten digits: a script that knows nothing of gitexp."""

import argparse
import json
import pickle
import sys

from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.01, help="learning rate")
    parser.add_argument("--hidden", type=int, default=32, help="neurons in the hidden layer")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--api-key", help="of the service that a real script would fetch its data from")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    images, digits = load_digits(return_X_y=True)
    train_x, rest_x, train_y, rest_y = train_test_split(
        images / 16, digits, test_size=0.4, random_state=arguments.seed, stratify=digits
    )
    val_x, test_x, val_y, test_y = train_test_split(rest_x, rest_y, test_size=0.5, random_state=arguments.seed)
    model = MLPClassifier(
        hidden_layer_sizes=(arguments.hidden,),
        learning_rate_init=arguments.lr,
        random_state=arguments.seed,
    )
    for epoch in range(1, arguments.epochs + 1):
        model.partial_fit(train_x, train_y, classes=range(10))
        val_loss = log_loss(val_y, model.predict_proba(val_x))
        val_acc = model.score(val_x, val_y)
        print(
            f"Epoch {epoch}/{arguments.epochs}  loss: {model.loss_:.4f}  val_loss: {val_loss:.4f}"
            f"  val_acc: {val_acc:.4f}",
            flush=True,
        )
        if val_loss > 10:
            sys.exit(f"the loss diverged in epoch {epoch}: try a smaller --lr than {arguments.lr}")

    with open("metrics.json", "w") as file:
        json.dump({"test_acc": model.score(test_x, test_y), "weights": sum(part.size for part in model.coefs_)}, file)
    with open("model.pkl", "wb") as file:
        pickle.dump(model, file)


if __name__ == "__main__":
    main()
