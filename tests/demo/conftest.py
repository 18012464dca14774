from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from demo_town import Town, opened


@pytest.fixture
async def demo_town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened(tmp_path) as made:
        yield made
