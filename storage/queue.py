"""The two queues: stored raw mails that wait for a worker, and answers that wait for the pump.

Each call is a short transaction of its own. What is claimed is leased: when its holder dies, it becomes due again.
"""

from storage.inbox_queue import InboxQueue, Kept, Raw
from storage.outbox_queue import OutboxQueue

__all__ = ["InboxQueue", "Kept", "OutboxQueue", "Raw"]
