"""How a company writes of its own accord: the part of its settings that `facteur company set` keeps for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.rules.notices import Quiet, Ways

DEFAULTS: dict[str, Any] = {  # what each setting is until it is set
    "quiet": "20:00-08:00",
    "sundays": False,
    "auto_broadcast": False,
    "direct_links": False,
    "discretion": False,
    "approved_platform": False,
    "remind": [-7, 0, 3, 15, 30],
    "remind_quotes": {"after": [7], "ending": [-3]},
    "appointments": True,
    "late_rate": None,
    "digest": True,
    "renewal": "consumers",
    "renewal_notice": None,
}
PLAIN = (
    "auto_broadcast",
    "direct_links",
    "discretion",
    "approved_platform",
    "appointments",
    "late_rate",
    "digest",
    "renewal",
    "renewal_notice",
)


def ways(settings: Mapping[str, Any]) -> Ways:
    kept = {**DEFAULTS, **settings}
    quotes = kept["remind_quotes"]
    return Ways(
        quiet=Quiet.of(kept["quiet"], kept["sundays"]),
        remind=tuple(kept["remind"]),
        quotes_after=tuple(quotes["after"]),
        quotes_ending=tuple(quotes["ending"]),
        **{name: kept[name] for name in PLAIN},
    )


def quiet(company: Ways, client: Mapping[str, Any]) -> Quiet:
    """A client's own hours take the place of the company's."""
    hours = client.get("quiet")
    return company.quiet if hours is None else Quiet.of(hours, company.quiet.sundays)
