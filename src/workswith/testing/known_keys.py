"""Keys that everybody knows, so that the tokens of a repeatable cloud are the same in every run.

RS256 is deterministic (RFC 8017 section 8.2): a known key and a frozen clock make known tokens.
Nothing but `workswith.testing` signs with these.
"""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT = 65_537
_PRIMES = """
f498a399745dc15a31f77cc0a46bc47a9b506cc38006cc30895e5d65d2dc1ecc3ee08e6e0e62ace3
1d3d69c533173a6a23fe95fc258b0098efc1724c53440f9855674e4fd9ee9218350e366a1465dc5d
1c9f0d15ba244534be06174d4bbc2ad2238f2978fea652d3cda1329483cd4e2c222bf39fcbe3c697
626a1570a5baae35

e884d155e6666b9d22679de91e4977a0b45c344406096d2fad6f58f38c633e92167f00660c26c05c
b6968fb30919f6bf1b6dd23e6d20b9556acd4a7bac5adc5cab519044c46f788e6915ad29f95015d7
2be4767f0214e7569608bcb85bb901de2e383804ab6c78eae5c87ae4258854451e3ad0555bfecc25
9e06db23cd9951e3

f7c7b0f55b46b7fc041bb6eb778d2608468ac950b72d6f4e5c82fe52760589ced3af5d8076d14124
b9e75230fb8d40f3024a670be0d2e72a666123be0b2c2a3450b32619ec1d8d1a9bdc841b170b34f6
c0a3735499c2b82743cb3c0479715551d0ac46a15294c7f5576786ffd468d69b1fcd27e47f6c40f5
a5f039b8469d179b

cd530c798f173cf2b7d451e52bd7216c517f0d32377a8e3a6d78d3cf9ebf5f8c555ae2ce07910d19
e77e5846bb1d81b50f1ec9cce579ab62a29cf14d53adcbcb76fb814310c2a6c4a90cce5fdfb8e3f5
24098303d82cd31ca6378bc7ebbdb90ae9afd2c98484ae42c3839e7ea300d05f2c2c7066182f44d5
def37793682f4c59
"""
"""In hex; two and two make a key."""


def known_keys() -> tuple[bytes, ...]:
    """PEMs: the key that signs, and the one that comes next."""
    primes = [int("".join(each.split()), 16) for each in _PRIMES.strip().split("\n\n")]
    return tuple(_pem(p, q) for p, q in zip(primes[::2], primes[1::2], strict=True))


def _pem(p: int, q: int) -> bytes:
    d = rsa.rsa_recover_private_exponent(_EXPONENT, p, q)
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(_EXPONENT, p * q),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
