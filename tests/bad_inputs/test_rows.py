"""Where each row of the design's table of bad inputs is asserted (reliability, "Bad inputs").

Here: against every field, form, filter and path of the routes that exist, with nothing written. The same rows against
one field of each sort, value by value: tests/api/http/test_bodies.py. A row without its test fails below.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MASSES, POINTS, TEXTS = (f"tests/bad_inputs/test_{name}.py" for name in ("masses", "points", "texts"))
DOCUMENTS, TIMES, MOVES = (f"tests/bad_inputs/test_{name}.py" for name in ("documents", "times_and_ids", "moves"))
LISTS, DOOR, AUTH = "tests/bad_inputs/test_lists.py", "tests/api/http/test_door.py", "tests/api/auth/test_auth.py"

ROWS = {
    "B1": f"{MASSES}::test_b01_not_a_number_as_text",
    "B2": f"{MASSES}::test_b02_not_a_number_bare",
    "B3": f"{MASSES}::test_b03_more_than_a_double_holds",
    "B4": f"{MASSES}::test_b04_monsters_are_refused_at_once",
    "B5": f"{MASSES}::test_b05_nothing_and_less",
    "B6": f"{MASSES}::test_b06_underscores",
    "B7": f"{MASSES}::test_b07_other_digits",
    "B8": f"{MASSES}::test_b08_text_and_fractions_are_no_integers",
    "B9": f"{MASSES}::test_b09_invisible_hexadecimal_and_comma",
    "B10": f"{MASSES}::test_b10_other_kinds_of_value",
    "B11": f"{MASSES}::test_b11_parts_of_a_gram",
    "B12": f"{MASSES}::test_b12_more_than_a_lorry_carries",
    "B13": f"{MASSES}::test_b13_never_more_accepted_than_brought",
    "B14": f"{MASSES}::test_b14_tickets_that_are_none",
    "B15": f"{POINTS}::test_b15_latitude_first",
    "B16": f"{POINTS}::test_b16_no_latitude",
    "B17": f"{POINTS}::test_b17_beyond_the_antimeridian",
    "B18": f"{POINTS}::test_b18_poles_null_island_antimeridian",
    "B19": f"{POINTS}::test_b19_near_the_border_is_approximate_and_farther_is_outside",
    "B20": f"{POINTS}::test_b20_other_geometries",
    "B21": f"{POINTS}::test_b21_text_is_no_point",
    "B22": f"{TEXTS}::test_b22_control_characters",
    "B23": f"{TEXTS}::test_b23_nul_in_a_filter",
    "B24": f"{TEXTS}::test_b24_broken_text_anywhere_in_the_json",
    "B25": f"{TEXTS}::test_b25_names_that_nobody_can_see",
    "B26": f"{TEXTS}::test_b26_text_that_turns_around",
    "B27": f"{TEXTS}::test_b27_towers_and_families",
    "B28": f"{TEXTS}::test_b28_kazakh_is_kept_composed",
    "B29": f"{TEXTS}::test_b29_what_looks_like_code_is_kept_as_it_is",
    "B30": f"{TEXTS}::test_b30_null_missing_and_empty",
    "B31": f"{TEXTS}::test_b31_unknown_and_read_only_fields",
    "B32": f"{DOCUMENTS}::test_b32_a_key_twice",
    "B33": f"{DOCUMENTS}::test_b33_too_deep",
    "B34": f"{DOCUMENTS}::test_b34_ten_megabytes",
    "B35": f"{DOCUMENTS}::test_b35_compressed",
    "B36": f"{DOCUMENTS}::test_b36_other_types_of_content",
    "B40": f"{TIMES}::test_b40_moments_that_never_were",
    "B41": f"{TIMES}::test_b41_without_an_offset",
    "B42": f"{TIMES}::test_b42_other_notations",
    "B43": f"{TIMES}::test_b43_beyond_the_business_years",
    "B44": f"{TIMES}::test_b44_windows_that_cannot_be_kept",
    "B45": f"{TIMES}::test_b45_half_an_hour_that_happened_twice",
    "B46": f"{TIMES}::test_b46_the_phones_clock_is_kept_and_the_house_decides",
    "B47": f"{TIMES}::test_b47_what_is_another_organisations_is_not_there",
    "B48": f"{TIMES}::test_b48_ids_are_canonical",
    "B49": f"{TIMES}::test_b49_other_digits_in_a_path",
    "B50": f"{TIMES}::test_b50_what_is_no_id_in_a_path",
    "B65": f"{MOVES}::test_b65_taken_and_the_winner_asking_twice",
    "B66": f"{MOVES}::test_b66_custody_out_of_order",
    "B67": f"{MOVES}::test_b67_versions",
    "B68": f"{MOVES}::test_b68_keys",
    "B37": f"{DOCUMENTS}::test_b37_other_encodings",
    "B38": f"{DOCUMENTS}::test_b38_no_object_at_all",
    "B39": f"{DOCUMENTS}::test_b39_other_replies_methods_and_overrides",
    "B51": "tests/api/pickups/test_submitting.py::test_the_phone_s_own_id_with_another_key",
    "B52": "tests/api/ops/test_ops.py::test_b52_one_bad_among_fifty_and_one_key_twice",
    "B53": f"{DOOR}::test_b53_b54_a_made_up_cursor_is_refused",
    "B54": f"{DOOR}::test_b53_b54_a_made_up_cursor_is_refused",
    "B55": f"{DOOR}::test_b55_a_cursor_is_good_for_its_caller_route_and_filter_only",
    "B56": f"{LISTS}::test_b56_how_many",
    "B57": f"{LISTS}::test_b57_values_that_are_none",
    "B58": f"{LISTS}::test_b58_filters_nobody_offers",
    "B59": "tests/api/stats/test_stats.py::test_b59_bad_questions",
    "B60": f"{AUTH}::test_b60_forged_tokens",
    "B61": f"{AUTH}::test_b61_after_logout_the_token_is_worth_nothing",
    "B62": f"{AUTH}::test_b62_refresh_and_replay_over_http",
    "B63": f"{AUTH}::test_b63_numbers_we_do_not_serve",
    "B64": f"{AUTH}::test_b64_beyond_the_limit_codes_are_refused",
    "B69": "tests/api/uploads/test_uploads_api.py::test_b69_what_is_no_picture",
    "B70": "tests/api/uploads/test_uploads_api.py::test_b70_other_bytes",
    "B71": "tests/api/webhooks/test_webhooks_api.py::test_b71_addresses_inside_are_refused",
    "B72": "tests/api/contracts/test_contracts_api.py::test_b72_contracts_that_cannot_be",
    "B73": "tests/api/contracts/test_contracts_api.py::test_b72_rates_that_cannot_be",
    "B74": "tests/api/devices/test_devices.py::test_b74_tokens_that_are_none",
    "B75": f"{AUTH}::test_b75_identity_numbers",
    "B76": f"{DOOR}::test_b76_a_language_is_found_or_it_is_english",
    "B77": f"{DOOR}::test_b77_a_spoofed_host_is_refused",
    "B78": "tests/api/http/test_versions.py::test_b78_versions_that_are_none_or_too_old",
    "B79": "tests/api/importing/test_taking_over.py::test_b79_what_spreadsheets_do_to_a_file",
    "B80": "tests/api/sync/test_sync.py::test_b80_tokens_that_are_not_good",
}
ASKED = {f"B{number}" for number in range(1, 81)}


def test_every_row_has_its_test():
    assert ROWS.keys() == ASKED


def test_every_named_test_exists():
    known: dict[str, set[str]] = {}
    for named in ROWS.values():
        path, name = named.split("::")
        if path not in known:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            known[path] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in known[path], named
