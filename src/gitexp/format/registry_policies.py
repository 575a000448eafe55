"""The policies of ``registry.yaml``: read, and written with nothing but what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.errors import InvalidFilter
from gitexp.format.yaml_writing import FlowDict, FlowList
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_times import parse_duration
from gitexp.model.policy import NO_POLICY, Better, MinimumAge, Policy

if TYPE_CHECKING:
    from gitexp.format.registry_nodes import Node

_FLAGS = {
    "reproduced": "reproduced",
    "signed": "signed",
    "pushed": "pushed",
    "self_approval": "self_approval",
    "several": "several",
    "force": "force",
}
_KEYS = ("require", "better", "data", "age", "approvals", "approvers", *_FLAGS)


def read_policy(node: Node, stages: tuple[str, ...]) -> Policy:
    """One stage's policy. Raises BrokenRegistry."""
    if node.value is None:
        return NO_POLICY
    node.mapping(_KEYS)
    require, better, data, age = (node.get(key) for key in ("require", "better", "data", "age"))
    approvals, approvers = node.get("approvals"), node.get("approvers")
    flags = {field: found.flag() for key, field in _FLAGS.items() if (found := node.get(key)) is not None}
    if data is not None and data.text() != "known":
        raise data.wrong(f"{data.value!r}: the one thing to ask is that it is known", hint="data: known")
    return Policy(
        require=tuple(_read_filter(one) for one in require.each()) if require else (),
        better=_read_better(better) if better else None,
        data_known=data is not None,
        minimum_age=_read_age(age, stages) if age else None,
        approvals=approvals.count() if approvals else 0,
        approvers=approvers.texts() if approvers else (),
        **flags,
    )


def _read_filter(node: Node) -> str:
    text = node.text()
    try:
        parse_filter(text)
    except InvalidFilter as error:
        raise node.wrong(f"{text!r}: {error.fields['why']}", hint=error.hint) from error
    return text


def _read_better(node: Node) -> Better:
    if isinstance(node.value, str):
        return Better(node.text())
    node.mapping(("metric", "p", "effect"))
    p, effect = node.get("p"), node.get("effect")
    largest = float(p.number()) if p else Better("").p
    if p is not None and not 0 < largest < 1:
        raise p.wrong(f"{p.value}: a p value lies between 0 and 1", hint="0.05")
    return Better(node.need("metric").text(), largest, float(effect.number()) if effect else None)


def _read_age(node: Node, stages: tuple[str, ...]) -> MinimumAge:
    said = list(node.items())
    if len(said) != 1:
        raise node.wrong("one stage with a duration is expected", hint="age: {staging: 3 days}")
    stage, duration = said[0]
    if stage not in stages:
        raise duration.wrong(f"no stage {stage!r}", hint="one of " + ", ".join(stages))
    seconds = parse_duration(duration.text()) if isinstance(duration.value, str) else None
    if seconds is None:
        raise duration.wrong(f"{duration.value!r} where a duration is expected", hint="3 days, 12h")
    return MinimumAge(stage, seconds)


def format_policy(policy: Policy) -> dict[str, Any]:
    """A policy as the mapping that is written."""
    fields: dict[str, Any] = {}
    if policy.require:
        fields["require"] = list(policy.require)
    if policy.better is not None:
        fields["better"] = FlowDict({key: one for key, one in policy.better._asdict().items() if one is not None})
    if policy.data_known:
        fields["data"] = "known"
    if policy.minimum_age is not None:
        fields["age"] = FlowDict({policy.minimum_age.stage: f"{policy.minimum_age.seconds:.15g} s"})
    if policy.approvals:
        fields["approvals"] = policy.approvals
    if policy.approvers:
        fields["approvers"] = FlowList(policy.approvers)
    for key, field in _FLAGS.items():
        if getattr(policy, field) != getattr(NO_POLICY, field):
            fields[key] = getattr(policy, field)
    return fields
