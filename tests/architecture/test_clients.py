"""The table of docs/clients.md and the tests behind it agree, both ways; no lock names a host."""

import ast
import json
from pathlib import Path

from tests.clients.page import COLUMNS, EMPTY, cells

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "tests/clients"
#: What tries no cell of the Node columns.
OTHERS = {"test_install.py", "test_python.py"}

_SDK, _ERRORS, _HERE = "http/test_sdk.py", "http/test_sdk_errors.py", "clients/test_python.py"
_WHOLE, _KEYS = "http/test_whole_sdk.py", "http/test_idempotency_sdk.py"
_STATUSES = f"{_ERRORS}::test_what_a_provider_does_becomes_the_right_exception"
#: The tests behind the Python columns.
PYTHON = {
    ("Text, whole", "python"): f"{_SDK}::test_chat",
    ("Text, streamed", "python"): f"{_SDK}::test_streaming",
    ("Pieces as they come", "python"): f"{_HERE}::test_pieces_as_they_come",
    ("Every character", "python"): f"{_HERE}::test_every_character",
    ("Every character, sent", "python"): f"{_HERE}::test_every_character",
    ("Reasoning beside the text", "python"): f"{_SDK}::test_fields_beside_the_content",
    ("Several choices", "python"): f"{_SDK}::test_several_choices",
    ("Usage, whole", "python"): f"{_SDK}::test_chat",
    ("Usage, streamed", "python"): f"{_SDK}::test_usage_in_streams",
    ("No usage unasked", "python"): f"{_SDK}::test_streaming",
    ("Parallel tool calls", "python"): f"{_SDK}::test_parallel_tools_streamed",
    ("Tools reach the provider", "python"): f"{_SDK}::test_tools_reach_the_provider",
    ("Tool results", "python"): f"{_SDK}::test_tools_reach_the_provider",
    ("Structured object, whole", "python"): f"{_SDK}::test_structured_output",
    ("Structured object, streamed", "python"): f"{_SDK}::test_structured_output_streamed",
    ("Schema reaches the provider", "python"): f"{_SDK}::test_structured_output",
    ("Models, listed and by name", "python"): f"{_SDK}::test_models",
    ("`x-request-id`", "python"): f"{_HERE}::test_request_id_and_receipt",
    ("Receipt headers", "python"): f"{_HERE}::test_request_id_and_receipt",
    ("Failover", "python"): f"{_HERE}::test_failover",
    ("Abort in a stream", "python"): f"{_HERE}::test_an_abort_in_a_stream",
    ("Retries after `Retry-After`", "python"): (
        f"{_ERRORS}::test_the_sdks_own_retry_obeys_our_retry_after"
    ),
    ("`x-relay-delivery: whole`", "python"): (
        f"{_WHOLE}::test_chunks_are_the_same_in_both_deliveries"
    ),
    ("`x-relay-delivery: whole`", "langchain"): f"{_WHOLE}::test_langchain_sees_nothing_unusual",
    ("Whole delivery, the first is cut", "python"): (
        f"{_WHOLE}::test_the_sdk_has_it_all_or_raises"
    ),
    ("Whole delivery, the first is cut", "langchain"): (
        f"{_WHOLE}::test_langchain_sees_nothing_unusual"
    ),
    ("Whole delivery, all are cut", "python"): f"{_WHOLE}::test_the_sdk_has_it_all_or_raises",
    ("`Idempotency-Key`, still running", "python"): (
        f"{_KEYS}::test_it_waits_for_the_first_request_and_gets_its_answer"
    ),
    ("400, a bad request", "python"): f"{_ERRORS}::test_a_bad_request_names_the_field",
    ("400 from the provider", "python"): _STATUSES,
    ("401, a wrong key", "python"): (
        f"{_ERRORS}::test_a_wrong_client_key_is_an_authentication_error"
    ),
    ("404, an unknown model", "python"): f"{_ERRORS}::test_an_unknown_model_is_a_not_found_error",
    ("429, every key rests", "python"): _STATUSES,
    ("502, every attempt failed", "python"): _STATUSES,
    ("504, `x-relay-timeout-ms`", "python"): f"{_HERE}::test_a_deadline_by_header",
    ("A broken stream", "python"): f"{_ERRORS}::test_a_broken_stream_raises_inside_the_stream",
    ("The SDK's own timeout", "python"): f"{_HERE}::test_the_sdks_own_timeout",
    ("Text, whole", "langchain"): f"{_ERRORS}::test_langchain",
    ("Text, streamed", "langchain"): f"{_ERRORS}::test_langchain",
    ("Usage, whole", "langchain"): f"{_ERRORS}::test_langchain",
}


def test_the_table_and_the_tests_agree() -> None:
    """Each cell that promises something has a test, and each test its cell."""
    promised = {place for place, said in cells().items() if said not in EMPTY}
    tried = [cell for path in modules() for test in written_in(path) for cell in tried_by(test)]

    assert promised == {*tried, *PYTHON}
    assert len(tried) == len(set(tried))


def test_every_test_of_the_tier_stands_in_the_table() -> None:
    """No test before a Node SDK is without its row."""
    assert [] == [
        test.name for path in modules() for test in written_in(path) if not tried_by(test)
    ]


def test_the_python_tests_are_there() -> None:
    """The tests that stand for the Python columns exist; none of ours is left out."""
    there = {
        f"{name}::{test.name}"
        for name in (_SDK, _ERRORS, _WHOLE, _KEYS, _HERE)
        for test in written_in(ROOT / "tests" / name)
    }

    assert set() == set(PYTHON.values()) - there
    assert {name for name in there if name.startswith(_HERE)} <= set(PYTHON.values())


def test_the_node_lock_names_no_host() -> None:
    """The lock pins every package by its hash, and says nothing of where it comes from."""
    lock = json.loads((CLIENTS / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]

    assert packages
    assert [] == [package for package in packages if "resolved" in package]
    assert [] == [package for package in packages if not package.get("integrity")]


def modules() -> list[Path]:
    return [path for path in sorted(CLIENTS.glob("test_*.py")) if path.name not in OTHERS]


def written_in(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]


def tried_by(test: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, str]]:
    """The cells that a test's `@ability` or `@raises` names."""
    found: list[tuple[str, str]] = []
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) in ("ability", "raises"):
            row, *sdks = (str(ast.literal_eval(word)) for word in mark.args)
            found += [(row, sdk) for sdk in sdks if sdk in COLUMNS]
    return found
