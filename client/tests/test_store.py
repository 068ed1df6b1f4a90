"""Every store keeps the same promises; the file also those of the disk."""

import json
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workswith_client import FileStore, KeyringStore, MemoryStore, Store, errors
from workswith_client.locks import acquire


@pytest.fixture(params=["memory", "file", "keyring"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Another handle on the same store, as another process has it; for memory the same."""
    if request.param == "memory":
        only = MemoryStore()
        yield lambda: only
        return
    if request.param == "file":
        yield lambda: FileStore(tmp_path / "tokens.json")
        return
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class InMemory(KeyringBackend):
        priority = 1

        def __init__(self) -> None:
            self.kept: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if (service, username) not in self.kept:
                raise PasswordDeleteError
            del self.kept[service, username]

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    yield lambda: KeyringStore("ann", tmp_path)
    keyring.set_keyring(before)


def test_what_is_written_is_read_by_others(new: Callable[[], Store]) -> None:
    one, other = new(), new()
    assert other.read("tokens") is None
    one.write("tokens", "één")
    one.write("calls", "7")
    assert (other.read("tokens"), other.read("calls")) == ("één", "7")
    other.write("tokens", "two")
    assert one.read("tokens") == "two"
    one.write("tokens", None)
    one.write("tokens", None)
    assert other.read("tokens") is None
    assert other.read("calls") == "7"


def test_one_at_a_time(new: Callable[[], Store]) -> None:
    one, other = new(), new()
    release = one.try_lock("tokens")
    assert release is not None
    assert other.try_lock("tokens") is None
    assert one.try_lock("tokens") is None, "not even the same again"
    free = other.try_lock("calls")
    assert free is not None
    free()
    release()
    again = other.try_lock("tokens")
    assert again is not None
    again()


def test_threads_wait_for_each_other(new: Callable[[], Store]) -> None:
    """Each reads and writes what it read plus one; none is lost."""
    new().write("calls", "0")

    def count() -> None:
        store = new()
        for _ in range(25):
            flow = acquire(lambda: store.try_lock("calls"), 60)
            try:
                while True:
                    next(flow)
                    threading.Event().wait(0.001)
            except StopIteration as end:
                store.write("calls", str(int(store.read("calls") or 0) + 1))
                end.value()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert new().read("calls") == "100"


def test_a_lock_that_is_never_let_go_is_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "t")
    release = store.try_lock("tokens")
    assert release is not None
    with pytest.raises(errors.StoreError, match="has held the lock"):
        for _step in acquire(lambda: store.try_lock("tokens"), 1):
            pass
    release()


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens.json")
    release = store.try_lock("tokens")
    assert release is not None
    store.write("tokens", "secret")
    store.write("calls", "{}")
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    release()
    assert {one.name for one in tmp_path.iterdir()} == {
        "tokens.json",
        "tokens.json.lock",
        "tokens.json.calls",
    }


def test_a_file_is_the_old_or_the_new(tmp_path: Path) -> None:
    """Whoever reads while others write never sees half of it."""
    path = tmp_path / "tokens.json"
    store, stop, seen = FileStore(path), threading.Event(), set()
    store.write("tokens", json.dumps(["x" * 20_000, 0]))

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            FileStore(path).write("tokens", json.dumps(["x" * 20_000, number]))

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(300):
        seen.add(json.loads(store.read("tokens") or "")[1])
    stop.set()
    writer.join()
    assert seen


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "none" / "tokens.json")
    assert store.read("tokens") is None
    with pytest.raises(errors.StoreError):
        store.try_lock("tokens")
    with pytest.raises(errors.StoreError):
        store.write("tokens", "x")
