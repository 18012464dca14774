"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations


def main() -> None:
    from bot.cli import app

    app()


if __name__ == "__main__":
    main()
