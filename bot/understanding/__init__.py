"""The trained part of understanding: its phrases, its build, its cache, its figures."""
