"""Which company a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.common import clock_of, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings
    from handlers.core.ports import Open, Work
    from handlers.rules.paper import Company

COMPANY = typer.Option("", "--company", metavar="SLUG", help="The company, where there are several.")


def slug_of(engine: Engine, given: str) -> str:
    """The slug that was given, or that of the only company."""
    from storage import admin

    slugs = [row["slug"] for row in admin.companies(engine)]
    if given:
        if given not in slugs:
            fail(f"No company has the slug {given!r}.")
        return given
    if len(slugs) != 1:
        fail("Say which company: --company SLUG.", 2)
    return str(slugs[0])


def company_of(engine: Engine, open: Open, given: str) -> Company:
    """That of the slug, or the only one."""
    slug = slug_of(engine, given)
    with open() as work:
        return named(work, slug)


def opened(made: Settings, engine: Engine) -> Open:
    """What opens a unit of work."""
    from storage.keys import Keys
    from storage.work import opener

    return opener(engine, Keys.of(made.secret), clock=clock_of(made))


def named(work: Work, slug: str) -> Company:
    company = work.companies.by_slug(slug)
    if company is None:
        fail(f"No company has the slug {slug!r}.")
    return company
