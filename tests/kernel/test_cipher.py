"""What is kept encrypted opens only with its key and in its place."""

import pytest

from workswith.kernel.cipher import Cipher, CipherError

KEY = bytes(range(32))


def test_what_was_sealed_opens_again() -> None:
    cipher = Cipher(KEY)
    assert cipher.open(cipher.seal(b"secret", "key/1"), "key/1") == b"secret"
    assert cipher.seal(b"secret", "key/1") != cipher.seal(b"secret", "key/1")


@pytest.mark.parametrize(
    ("key", "context"), [(bytes(32), "key/1"), (KEY, "key/2")], ids=["other key", "other place"]
)
def test_it_does_not_open_elsewhere(key: bytes, context: str) -> None:
    sealed = Cipher(KEY).seal(b"secret", "key/1")
    with pytest.raises(CipherError):
        Cipher(key).open(sealed, context)


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_a_damaged_value_does_not_open(at: int) -> None:
    sealed = bytearray(Cipher(KEY).seal(b"secret", "key/1"))
    sealed[at] ^= 1
    with pytest.raises(CipherError):
        Cipher(KEY).open(bytes(sealed), "key/1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(20)])
def test_a_short_value_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CipherError):
        Cipher(KEY).open(sealed, "key/1")


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(b"short")
