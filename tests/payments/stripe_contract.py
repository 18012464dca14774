"""Holds what passes between us and Stripe against Stripe's own description (tests/data/stripe)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

from bot.demo.stripe import Refused

Json = dict[str, Any]

FILE = Path(__file__).parents[1] / "data" / "stripe" / "openapi.json"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@cache
def described() -> Json:
    return closed(json.loads(FILE.read_text("utf-8")))


def closed(node: Any) -> Any:
    """The same, as strict and as lax as Stripe is: no object has fields but those described (a slip in a name is a
    fault too), and what is nullable may be null, an enum or a choice as well."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: closed(one) for name, one in node.items()}
    if made.get("type") == "object" and made.get("properties"):
        made.setdefault("additionalProperties", False)
    if made.get("nullable") is True:
        for choice, null in (("enum", None), ("anyOf", {"enum": [None]})):
            if choice in made:
                made[choice] = [*made[choice], null]
    return made


class Contract:
    """A checker of the local Stripe: refuses what Stripe would refuse, and keeps in `faults` what Stripe would never
    answer or send. `held` counts what was held against the description."""

    def __init__(self) -> None:
        self.held = {"request": 0, "answer": 0, "event": 0}
        self.faults: list[str] = []

    def request(self, method: str, path: str, params: Json) -> None:
        self.held["request"] += 1
        schema = asked(method, path)
        for fault in faults(schema, typed(schema, params)):
            code = "parameter_unknown" if "Additional properties" in fault else "parameter_invalid"
            raise Refused(400, fault, param=fault.split(":")[0], code=code)

    def answer(self, method: str, path: str, body: Json) -> None:
        self.held["answer"] += 1
        answers = described()["paths"][path][method.lower()]["responses"]["200"]["content"]
        self.faults += faults(answers[JSON]["schema"], body)

    def event(self, event: Json) -> None:
        self.held["event"] += 1
        about = event["data"]["object"]
        self.faults += [*faults(named("event"), event), *faults(named(about["object"]), about)]


def asked(method: str, path: str) -> Json:
    """The schema of the parameters of an operation."""
    operation = described()["paths"][path][method.lower()]
    if method == "POST":
        form: Json = operation["requestBody"]["content"][FORM]["schema"]
        return form
    query = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
    return {"type": "object", "properties": query, "additionalProperties": False}


def named(name: str) -> Json:
    schema: Json = described()["components"]["schemas"][name]
    return schema


def faults(schema: Json, value: Any) -> list[str]:
    """What is wrong with it; each begins with its place."""
    whole = {**schema, "components": described()["components"]}
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message[:500]}"
        for error in OAS30Validator(whole).iter_errors(value)
    ]


def typed(schema: Json, value: Any) -> Any:
    """The text of a form as the schema types it; what does not fit stays text."""
    if "anyOf" in schema:
        tried = [(typed(one, value), one) for one in schema["anyOf"]]
        return next((made for made, one in tried if not faults(one, made)), tried[0][0])
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
        return {name: typed(fields.get(name, others), one) for name, one in value.items()}
    if isinstance(value, list):
        return [typed(schema.get("items", {}), one) for one in value]
    return _plain(schema.get("type"), value)


def _plain(kind: str | None, text: str) -> Any:
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def operations() -> Iterator[tuple[str, str]]:
    return ((verb.upper(), path) for path, verbs in described()["paths"].items() for verb in verbs)
