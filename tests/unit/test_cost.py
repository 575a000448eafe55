"""What runs cost: rates of hosts and GPUs, chains, and sums that never add two currencies."""

from __future__ import annotations

import math

import pytest

from gitexp.model.cost import CostSum, cost_of, join_costs, sum_costs
from gitexp.model.run import Cost, Gpu
from gitexp.model.visible_gpus import find_usable

A100, T4, MI300, M3 = "NVIDIA A100-SXM4-80GB", "Tesla T4", "AMD Instinct MI300X", "Apple M3 GPU"
HOUR = 3600.0


@pytest.mark.parametrize(
    ("rates", "host", "gpus", "rate"),
    [
        ({}, "box", [A100], None),
        ({"default": 0.1}, "box", [A100, A100], 0.1),
        ({"default": 0.1, "*A100*": 3.2}, "box", [A100], 3.2),
        ({"default": 0.1, "*A100*": 3.2}, "box", [A100] * 4, 12.8),
        ({"default": 0.1, "*A100*": 3.2}, "box", [], 0.1),
        ({"box": 0.5, "*A100*": 3.2}, "box", [A100, A100], 6.9),
        ({"*A100*": 3.2, "Tesla*": 0.4}, "box", [A100, T4, T4], 4.0),
        ({"*A100*80GB": 4.0, "*A100*": 3.2}, "box", [A100], 4.0),
        ({"box*": 0.5, "box": 9.0}, "box", [], 0.5),
        ({"*": 1.0}, "box", [A100, A100], 1.0),  # it names the host, so it is the host's
        ({"other": 1.0}, "box", [T4], None),
        ({"box": 0.0}, "box", [], 0.0),
        ({"box": 0.5}, "box", None, 0.5),
        ({"default": 0.1}, "box", None, 0.1),
        ({"default": 0.1, "*A100*": 3.2}, "box", None, None),  # which GPUs there were is not known
    ],
)
def test_a_host_counts_once_and_each_gpu_once(
    rates: dict[str, float], host: str, gpus: list[str] | None, rate: float | None
) -> None:
    cost = cost_of(HOUR / 2, rates, "EUR", host, gpus)
    assert cost.seconds == HOUR / 2
    assert cost.rate_per_hour == pytest.approx(rate)
    assert cost.amount == (None if rate is None else pytest.approx(rate / 2))
    assert cost.currency == (None if rate is None else "EUR")


@pytest.mark.parametrize(
    ("gpus", "variables", "usable"),
    [
        ([A100, A100], {}, [A100, A100]),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": "1"}, [A100]),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": ""}, []),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": "-1"}, []),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": "NoDevFiles"}, []),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": "0,9,1"}, [A100]),
        ([A100, A100, A100], {"CUDA_VISIBLE_DEVICES": "GPU-aa,GPU-bb"}, [A100, A100]),
        ([A100, A100], {"CUDA_VISIBLE_DEVICES": "GPU-aa,-1,GPU-bb"}, [A100]),
        ([A100], {"CUDA_VISIBLE_DEVICES": "MIG-a,MIG-b,MIG-c"}, [A100]),
        ([A100, T4], {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, [T4]),
        ([A100, T4], {"CUDA_VISIBLE_DEVICES": "1"}, [A100, T4]),  # which of them CUDA calls 1 cannot be told
        ([A100, T4], {"CUDA_VISIBLE_DEVICES": "GPU-aa"}, [A100, T4]),
        ([A100, T4], {"CUDA_VISIBLE_DEVICES": "-1"}, []),
        ([MI300, MI300], {"HIP_VISIBLE_DEVICES": "1"}, [MI300]),
        ([MI300, MI300], {"ROCR_VISIBLE_DEVICES": "0,1", "HIP_VISIBLE_DEVICES": "0"}, [MI300, MI300]),
        ([A100, MI300], {"CUDA_VISIBLE_DEVICES": ""}, [MI300]),
        ([M3], {"CUDA_VISIBLE_DEVICES": ""}, [M3]),
    ],
)
def test_gpus_that_a_variable_hides_cost_nothing(gpus: list[str], variables: dict[str, str], usable: list[str]) -> None:
    assert find_usable([Gpu(name) for name in gpus], variables) == usable


def test_a_chain_costs_what_its_parts_cost() -> None:
    one, other = Cost(10.0, 2.5, "EUR", 1.0, 0.1, ("cpu",)), Cost(20.0, 2.5, "EUR", 2.0, 0.2, ("cpu",))
    assert join_costs([one]) == one
    assert join_costs([one, other]) == Cost(30.0, 2.5, "EUR", 3.0, 0.3, ("cpu",))
    assert join_costs([one, other._replace(rate_per_hour=1.0)]) == Cost(30.0, None, "EUR", 3.0, 0.3, ("cpu",))
    assert join_costs([one, other._replace(currency="USD")]) == Cost(30.0, energy_kwh=0.3, energy_of=("cpu",))
    assert join_costs([one, other._replace(energy_of=("cpu", "gpu"))]) == Cost(30.0, 2.5, "EUR", 3.0)
    assert join_costs([one, Cost(20.0)]) == Cost(30.0)
    assert join_costs([one, None]) is None  # a part that was lost: for how long it went on is not known
    assert join_costs([None]) is None
    assert join_costs([]) is None


def test_currencies_are_never_added() -> None:
    runs = [
        {"cost.amount": 1.5, "cost.currency": "EUR", "cost.energy_kwh": 0.5},
        {"cost.amount": 2, "cost.currency": "USD"},
        {"cost.amount": 2.25, "cost.currency": "EUR"},
        {"cost.amount": 7.0},
        {"host": "box"},
        {"cost.amount": math.nan},
        {"cost.amount": math.inf},
        {"cost.amount": True},
        {"cost.amount": "3"},
        {"cost.amount": -1.0},
    ]
    assert sum_costs(runs) == CostSum(10, (("", 7.0), ("EUR", 3.75), ("USD", 2.0)), 0.5, 6, 9)
    assert sum_costs([]) == CostSum(0, (), None, 0, 0)
