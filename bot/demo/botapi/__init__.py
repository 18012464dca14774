"""A local Bot API over HTTP, for the demo and the tests."""

from bot.demo.botapi.server import DEMO_TOKEN, BotApi, Call

__all__ = ["DEMO_TOKEN", "BotApi", "Call"]
