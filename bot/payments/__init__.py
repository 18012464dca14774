"""Payments through Stripe: checkout sessions made and looked at, and what Stripe's objects mean to us."""
