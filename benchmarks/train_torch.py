"""A small training with PyTorch that prints its loss: what `exp run` is held against, and with --log the API too."""

from __future__ import annotations

import sys

import torch
from sklearn.datasets import load_digits

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
images, labels = load_digits(return_X_y=True)
inputs = torch.tensor(images, dtype=torch.float32) / 16
targets = torch.tensor(labels)
model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(40):
    order = torch.randperm(len(inputs))
    for start in range(0, len(order), 64):
        batch = order[start : start + 64]
        loss = torch.nn.functional.cross_entropy(model(inputs[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if "--log" in sys.argv:
            import gitexp

            gitexp.log({"loss": loss, "epoch": epoch})
    accuracy = (model(inputs).argmax(1) == targets).float().mean()
    print(f"epoch {epoch} loss={loss.item():.6f} accuracy={accuracy.item():.6f}", flush=True)
