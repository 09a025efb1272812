"""One secret, a key for each purpose."""

import pytest

from src.domain import usage_line
from src.domain.derived_keys import derived, hkdf


@pytest.mark.parametrize(
    ("material", "salt", "info", "expected"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
        ),
        ("0b" * 22, "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
    ],
)
def test_it_is_hkdf(material: str, salt: str, info: str, expected: str) -> None:
    """
    The first block of the test vectors 1 and 3 of RFC 5869, appendix A.
    """
    found = hkdf(bytes.fromhex(material), salt=bytes.fromhex(salt), info=bytes.fromhex(info))

    assert expected == found.hex()


def test_deployments_and_purposes_have_keys_of_their_own() -> None:
    """
    What preview signs is nothing to production, nor is a usage line a temporary key.
    """
    found = {
        derived("secret", deployment="relay", purpose="relay/usage-line/v1"),
        derived("secret", deployment="preview", purpose="relay/usage-line/v1"),
        derived("secret", deployment="relay", purpose="relay/temp-key/v1/s"),
        derived("Secret", deployment="relay", purpose="relay/usage-line/v1"),
    }

    assert 4 == len(found)
    assert usage_line.key("secret", "relay") in found
