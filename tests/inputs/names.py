"""The fifty names, in their order, each with the tests that send it."""

FORMS = "inputs/test_every_form.py"
PAGES = "inputs/test_every_page.py"
MAILS = "inputs/test_addresses.py"
FILES = "journeys/test_bad_files.py"
DOOR = "vault/test_upload.py"
SENDING = "web/portal/test_sending.py"
EXPLAIN = "web/api/test_explain.py"
CORPUS = "vault/test_whole_corpus.py::test_what_is_kept_tells_no_number_and_everything_else"
REFUSED = f"{FILES}::test_a_bad_file_is_refused_with_what_to_do"
NAMED = f"{DOOR}::test_no_name_of_a_file_comes_further_than_the_door"
NOWHERE = "house/test_nowhere.py::test_no_box_of_any_page_takes_such_a_number"
SHEETS = "accounts/test_sheets.py::test_a_formula_gets_an_apostrophe_and_stays_readable"
EXPORTS = "web/desk/test_exports.py::test_no_cell_of_the_file_is_a_formula"
WORDS = f"{FORMS}::test_odd_words_in_every_box_run_nowhere_and_come_back_as_typed"
SHOWN = f"{PAGES}::test_what_people_wrote_runs_on_no_page"
BYTES = f"{FORMS}::test_bytes_that_are_no_text_break_no_form"
UNASKED = f"{PAGES}::test_names_that_no_page_reads_change_nothing_that_it_shows"
READ = f"{PAGES}::test_names_that_a_page_reads_may_hold_anything"
HOST = f"{PAGES}::test_another_host_is_refused_with_a_sentence_and_stands_in_no_link"
QUESTION = f"{EXPLAIN}::test_a_wrong_question_is_400_and_one_sentence"
SCHEMA = "web/api/test_schema_fuzzing.py::test_an_answer_is_always_one_that_the_schema_names"

NAMES: dict[str, tuple[str, ...]] = {
    "SVG script": (REFUSED, CORPUS),
    "HTML as .pdf": (REFUSED, CORPUS),
    "PDF with JavaScript": ("vault/test_redaction.py::test_what_is_not_on_the_page_is_not_kept", CORPUS),
    "polyglot": (CORPUS, "vault/test_sniff.py::test_a_file_is_known_by_its_content"),
    "EICAR": (REFUSED, "vault/test_antivirus.py::test_a_signature_is_found_wherever_it_stands"),
    "zip bomb docx": (REFUSED, CORPUS),
    "pixel flood": (REFUSED, CORPUS),
    "empty file": (
        f"{FILES}::test_an_empty_file_is_said_before_anything_waits",
        f"{SENDING}::test_what_is_nothing_is_said_and_the_kind_stays_chosen",
    ),
    "limit + 1": (
        f"{DOOR}::test_a_file_above_the_limit_is_dropped_and_the_form_kept",
        f"{SENDING}::test_a_file_that_is_too_heavy_answers_413",
        "journeys/test_vault.py::test_what_is_too_heavy_is_said_before_it_is_sent",
    ),
    "cut upload": (REFUSED, "journeys/test_vault.py::test_a_broken_connection_costs_one_piece"),
    "`../` name": (NAMED, REFUSED),
    "CRLF name": (NAMED,),
    "long name": (NAMED, REFUSED, WORDS),
    "right-to-left name": (NAMED, REFUSED, WORDS),
    "double extension": (REFUSED,),
    "encrypted PDF": (REFUSED, CORPUS),
    "HEIC": ("inputs/test_traces.py::test_the_place_where_a_photo_was_taken_is_not_kept", CORPUS),
    "the same file twice": (
        "vault/test_sealing.py::test_the_same_document_is_not_kept_twice_in_a_case",
        f"{SENDING}::test_a_double_submit_is_one",
    ),
    "EXIF GPS": ("inputs/test_traces.py::test_the_place_where_a_photo_was_taken_is_not_kept",),
    "NIR in a note": (NOWHERE,),
    "provisional code in a note": (NOWHERE,),
    "`=formula` name": (EXPORTS, SHEETS, "observatory/test_release_rules.py::test_no_cell_is_a_formula"),
    "`+33` phone in an export": (EXPORTS, SHEETS),
    "`</script>` break-out": (WORDS, SHOWN),
    "`javascript:` link": (WORDS, f"{PAGES}::test_no_page_leads_to_where_a_query_says"),
    "template syntax": (WORDS, SHOWN),
    "NUL": (WORDS, BYTES, READ),
    "surrogates and emoji": (WORDS, BYTES, QUESTION),
    "NFC/NFD mail": (
        f"{MAILS}::test_an_accent_before_the_at_is_told_however_it_is_composed",
        f"{MAILS}::test_two_compositions_of_one_domain_are_one_mailbox",
    ),
    "CRLF mail": (
        f"{MAILS}::test_more_than_one_address_alone_is_refused",
        f"{MAILS}::test_no_mail_leaves_for_an_address_that_is_none_and_it_comes_back_as_typed",
        "notifications/test_direct.py::test_an_impossible_address_is_no_error",
    ),
    "odd mail forms": (
        f"{MAILS}::test_half_an_address_is_told",
        f"{MAILS}::test_an_odd_address_that_is_right_passes",
    ),
    "homoglyph mail": (f"{MAILS}::test_a_letter_of_another_alphabet_is_told",),
    "newline subject": ("notifications/test_direct.py::test_a_subject_stays_one_line", WORDS),
    "Host": (HOST,),
    "X-Forwarded-For": (
        HOST,
        "config/test_checks.py::test_limits_in_production_count_the_address_that_the_outermost_proxy_saw",
    ),
    "underscore header": ("inputs/test_server.py::test_a_header_with_an_underscore_does_not_reach_the_platform",),
    "`next=`": (
        f"{PAGES}::test_no_page_leads_to_where_a_query_says",
        "web/desk/test_stepup.py::test_confirming_leads_to_our_own_pages_only",
        "web/test_languages.py::test_the_language_button_leads_to_no_other_site",
    ),
    "`page=`": (UNASKED, READ),
    "`order_by`/`_connector`": (
        UNASKED,
        "house/test_design.py::test_a_decision_holds_everywhere_but_where_it_is_named",
    ),
    "alias": (UNASKED, "house/test_design.py::test_a_decision_holds_everywhere_but_where_it_is_named"),
    "language code": (
        f"{PAGES}::test_a_language_that_is_none_leaves_the_page_in_french",
        f"{PAGES}::test_a_language_that_is_none_is_not_chosen",
    ),
    "wrong key type": (
        f"{FORMS}::test_a_key_of_another_kind_is_refused_in_every_box_and_nothing_is_written",
        f"{PAGES}::test_a_number_beyond_every_table_is_nothing",
        SCHEMA,
    ),
    "deep JSON": (QUESTION,),
    "NaN and duplicate keys": (QUESTION,),
    "extra fields": (f"{FORMS}::test_names_that_no_form_asks_for_change_nothing_more", QUESTION, SCHEMA),
    "10,000 fields": (
        f"{FORMS}::test_ten_thousand_fields_are_refused_everywhere_with_a_sentence",
        f"{FORMS}::test_many_fields_keep_nobody_from_the_quick_exit",
    ),
    "extreme dates": (
        f"{FORMS}::test_a_day_that_is_none_is_refused_in_every_box_and_nothing_is_written",
        f"{FORMS}::test_a_day_at_the_ends_of_time_breaks_nothing",
        QUESTION,
    ),
    "a DST deadline": (
        "notifications/test_windows.py::test_the_nights_when_the_clock_changes",
        "procedures/test_hours.py::test_the_day_ends_with_that_of_paris_before_a_line_overseas_closes",
        "inputs/test_clock_changes.py::test_a_deadline_over_a_change_of_the_clock_is_a_day_and_ends_with_it",
    ),
    "double POST": (f"{FORMS}::test_a_form_that_is_sent_twice_acts_once", f"{SENDING}::test_a_double_submit_is_one"),
    "stale form": (
        f"{FORMS}::test_a_form_upon_an_older_case_says_so_and_keeps_what_was_typed",
        "web/desk/test_acting.py::test_a_stale_form_comes_back_as_typed_and_may_be_sent_again",
    ),
}
