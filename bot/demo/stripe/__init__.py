"""A local Stripe over HTTP, for the demo and the tests."""

from bot.demo.stripe.rules import Refused, signed
from bot.demo.stripe.server import Call, Checker, Stripe

__all__ = ["Call", "Checker", "Refused", "Stripe", "signed"]
