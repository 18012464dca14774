"""The Telegram channel. Nothing is imported here: aiogram costs seconds, and only the process that runs it pays."""
