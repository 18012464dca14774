import threading

from sqlalchemy import text
from storage_seed import NOW, House

from handlers.core.turn import Reply
from storage.listen import Listener


def put(house: House, dedup: str) -> None:
    with house.open() as work:
        work.outbox.put(house.atelier, "email", "a", Reply("x"), NOW, dedup=dedup)


def test_what_another_process_wrote_wakes_us(house: House) -> None:
    woken = threading.Event()
    listener = Listener(house.engine, woken.set)
    postgresql = house.engine.dialect.name == "postgresql"
    assert listener.ready.wait(20 if postgresql else 0) == postgresql
    put(house, "1")
    assert woken.wait(20 if postgresql else 0) == postgresql
    listener.close()


def test_a_lost_connection_is_made_anew(house: House) -> None:
    if house.engine.dialect.name == "sqlite":
        Listener(house.engine, lambda: None).close()  # nothing to lose
        return
    woken = threading.Event()
    listener = Listener(house.engine, woken.set)
    assert listener.ready.wait(20)
    with house.engine.begin() as db:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        db.execute(text(f"{others} AND query LIKE 'LISTEN%'"))
    for number in range(40):  # one of them falls after it listens again
        put(house, str(number))
        if woken.wait(0.5):
            break
    assert woken.is_set()
    listener.close()
