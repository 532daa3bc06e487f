"""Who gets what at each address: the statuses of a GET and of a POST for each of twelve people.

The POST carries an empty form: nothing but the association for which its page was rendered. HEAD answers like GET;
PUT, PATCH and DELETE are 405, or what GET answers to those whom it keeps out; OPTIONS tells no more than that
(`test_permissions.py`). At home each volunteer sees their own cases and nobody’s; the case is that of `member`,
`volunteer` follows it, and who is responsible for all cases said why they open it.

- `not my case`: a second member of the same association
- `no factor`: a volunteer who gave their password only, and has no second factor yet
- `not assigned`, `reception`: the case is a colleague's
- `ex-volunteer`: their session lives on, their membership ended
- `stranger`: the coordinator of another association, whose own desk is open to them

The bearer of an API token is nobody everywhere but at `BEARER`.
"""

PEOPLE = (
    *("nobody", "member", "not my case", "no factor", "volunteer", "not assigned", "reception", "referent"),
    *("coordinator", "delegate", "ex-volunteer", "stranger"),
)

# nobody, member, not my case, no factor | volunteer, not assigned, reception, referent
# coordinator, delegate, ex-volunteer | stranger
OPEN = "200 200 200 200  200 200 200 200  200 200 200  200"
SENT_ON = "302 302 302 302  302 302 302 302  302 302 302  302"
POSTED = "405 405 405 405  405 405 405 405  405 405 405  405"  # takes POST only; as a POST: takes GET only
NOTHING = "404 404 404 404  404 404 404 404  404 404 404  404"
OWN = "302 200 404 404  404 404 404 404  404 404 404  404"  # one's own case
MEMBERS = "302 200 200 404  404 404 404 404  404 404 404  404"  # each their own
SIGNED_IN = "302 200 200 200  200 200 200 200  200 200 200  200"
ENTRY = "200 302 302 302  302 302 302 302  302 302 302  302"  # who is in already is sent on
DESK = "302 403 403 302  200 200 200 200  200 200 403  200"
POSTED_AT_DESK = "302 403 403 302  405 405 405 405  405 405 403  405"
WORK = "302 403 403 302  200 200 200 200  200 403 403  200"  # whoever follows cases
CASE = "302 403 403 302  200 404 404 200  200 403 403  404"  # this case
MAIL = "302 403 403 302  404 404 404 200  200 403 403  404"  # a message that names no case: for who sees every case
DEPOSIT = "302 403 403 302  200 404 404 404  404 403 403  404"  # a document that this volunteer sent
TASK = "302 403 403 302  200 404 404 404  200 403 403  404"  # whoever follows the case, and coordinators
RUN = "302 403 403 302  403 403 403 403  200 403 403  200"  # for coordinators, each in their own association
RUN_HERE = "302 403 403 302  403 403 403 403  200 403 403  404"  # something of this association, for its coordinators
WATCH = "302 403 403 302  403 403 403 403  200 200 403  200"  # for coordinators and data delegates
WATCH_HERE = "302 403 403 302  403 403 403 403  200 200 403  404"
LISTS = "302 403 403 302  403 403 403 200  200 200 403  200"  # who asks for lists or approves them
ASK = "302 403 403 302  403 403 403 200  200 403 403  200"
LIST_HERE = "302 403 403 302  403 403 403 404  200 200 403  404"  # the coordinator's request
TAKE = "302 403 403 302  403 403 403 404  200 403 403  404"
REVIEW = "302 403 403 302  403 403 403 403  403 200 403  403"  # for data delegates
ACCOUNT = "302 403 403 200  200 200 200 200  200 200 200  200"  # a session opened by a code has no say in it
FACTOR = "302 403 403 302  200 200 200 200  200 200 200  200"  # asks for the factor; who has none gives the password
NO_FACTOR_YET = "302 403 403 200  302 302 302 302  302 302 302  302"  # who has one is sent on to it
HAS_FACTOR = "302 403 403 404  200 200 200 200  200 200 200  200"
INVITED = "200 409 409 409  409 409 409 409  409 409 409  409"  # for its address: not for whoever else is signed in
NO_PASSKEY = "302 403 403 404  404 404 404 404  404 404 404  404"  # nobody has one


def answered(row: str, status: int) -> str:
    """The row, with another answer than the page to those who pass."""
    return row.replace("200", str(status))


# The rows of GET and of POST.
Asked = tuple[str, str]
OPEN_PAGE: Asked = (OPEN, POSTED)
OWN_PAGE: Asked = (OWN, POSTED)
OWN_FORM: Asked = (OWN, answered(OWN, 422))
CASE_PAGE: Asked = (CASE, POSTED_AT_DESK)
CASE_FORM: Asked = (CASE, answered(CASE, 422))
REVIEW_BUTTON: Asked = (POSTED_AT_DESK, answered(REVIEW, 409))  # it was published before

TABLE: dict[str, Asked] = {
    "public:home": OPEN_PAGE,
    "public:two_ways": OPEN_PAGE,
    "public:calculator": (OPEN, answered(OPEN, 422)),
    "public:procedures": OPEN_PAGE,
    "public:procedure": OPEN_PAGE,
    "public:figures": OPEN_PAGE,
    "public:release": OPEN_PAGE,
    "public:release_file": OPEN_PAGE,
    "public:privacy": OPEN_PAGE,
    "public:accessibility": OPEN_PAGE,
    "public:styleguide": OPEN_PAGE,
    "portal:home": (SIGNED_IN, POSTED),  # who is no member is told so
    "portal:login": (ENTRY, answered(ENTRY, 422)),
    "portal:code": (SENT_ON, SENT_ON),  # no code was asked for
    "portal:leave": (POSTED, SENT_ON),
    "portal:quick_exit": (POSTED, SENT_ON),
    "portal:card": (SENT_ON, SENT_ON),  # no code of their own was offered
    "portal:sessions": (SIGNED_IN, answered(SIGNED_IN, 404)),  # it names none of one's own
    "portal:mails": (MEMBERS, answered(MEMBERS, 422)),
    "portal:choose": (SIGNED_IN, "302 302 302 422  422 422 422 422  422 422 422  422"),  # a member of one only
    "portal:erase": (MEMBERS, answered(MEMBERS, 422)),
    "portal:case": OWN_PAGE,
    "portal:copy": (POSTED, OWN),
    "portal:keep": (POSTED, answered(OWN, 302)),
    "portal:consent": (answered(OWN, 302), answered(OWN, 302)),  # given already
    "portal:channel": OWN_FORM,
    "portal:step": (OWN, answered(OWN, 302)),
    "portal:report": OWN_FORM,
    "portal:continue": OWN_FORM,
    "portal:upload": OWN_FORM,
    "portal:file": OWN_PAGE,
    "portal:deposit_begin": (POSTED, answered(OWN, 422)),
    "portal:deposit": (OWN, answered(OWN, 409)),  # it names no preview that was looked at
    "portal:deposit_piece": (POSTED, answered(OWN, 422)),
    "portal:deposit_finish": (POSTED, OWN),
    "portal:deposit_before": OWN_PAGE,
    "portal:deposit_after": OWN_PAGE,
    "portal:fingerprint": OWN_FORM,
    "portal:prove": OWN_FORM,
    "portal:missing": OWN_PAGE,
    "desk:now": (DESK, POSTED_AT_DESK),
    "desk:unsent": (TASK, answered(TASK, 422)),
    "desk:overview": (WORK, POSTED_AT_DESK),
    "desk:cases": (WORK, WORK),  # searches: who is looked for stands in no address
    "desk:open": (WORK, answered(WORK, 422)),
    "desk:case": CASE_PAGE,
    "desk:attempt": CASE_FORM,
    "desk:facts": CASE_FORM,
    "desk:upload": CASE_FORM,
    "desk:file": CASE_PAGE,
    "desk:sheet": CASE_PAGE,
    "desk:check": CASE_FORM,
    "desk:deposit_begin": (POSTED_AT_DESK, answered(CASE, 422)),
    # Whoever sent it; the coordinator and the referent see that it waits, and nothing of it.
    "desk:deposit": (DEPOSIT, answered(DEPOSIT, 409)),
    "desk:deposit_piece": (POSTED_AT_DESK, answered(DEPOSIT, 422)),
    "desk:deposit_finish": (POSTED_AT_DESK, DEPOSIT),
    "desk:deposit_before": (DEPOSIT, POSTED_AT_DESK),
    "desk:deposit_after": (DEPOSIT, POSTED_AT_DESK),
    "desk:prove": CASE_FORM,
    "desk:answer": CASE_FORM,
    "desk:close": CASE_FORM,
    "desk:convert": CASE_FORM,
    "desk:reopen": (answered(CASE, 409), answered(CASE, 422)),  # it is not closed
    "desk:assign": CASE_FORM,
    "desk:hold": CASE_FORM,
    "desk:remind": CASE_FORM,
    "desk:reminder_end": CASE_FORM,
    "desk:letter": (answered(CASE, 409), POSTED_AT_DESK),  # this deadline binds the member
    "desk:note": CASE_FORM,
    "desk:consent": CASE_FORM,
    "desk:contact": CASE_PAGE,
    "desk:reason": (answered(CASE, 302), answered(CASE, 302)),  # they follow it, or said why already
    "desk:card": (answered(CASE, 409), answered(CASE, 409)),  # this member has an address
    "desk:case_return": (answered(RUN_HERE, 409), answered(RUN_HERE, 409)),  # it is not in the archive
    "desk:events": (answered(CASE, 404), POSTED_AT_DESK),  # there are none older
    "desk:address": CASE_FORM,
    "desk:inbound": (WORK, POSTED_AT_DESK),
    "desk:inbound_mail": (MAIL, answered(MAIL, 422)),
    "desk:inbound_read": (POSTED_AT_DESK, answered(WORK, 404)),  # it is on no case yet
    "desk:team": (RUN, POSTED_AT_DESK),
    "desk:invite": (RUN, answered(RUN, 422)),
    "desk:invitation_again": (RUN_HERE, answered(RUN_HERE, 302)),
    "desk:invitation_revoke": (POSTED_AT_DESK, answered(RUN_HERE, 302)),
    "desk:member_roles": (RUN_HERE, answered(RUN_HERE, 422)),
    "desk:member_revoke": (RUN_HERE, answered(RUN_HERE, 302)),
    "desk:member_reset": (RUN_HERE, answered(RUN_HERE, 302)),
    "desk:reset_approve": (answered(RUN_HERE, 409), answered(RUN_HERE, 409)),  # they asked for it themselves
    "desk:reset_cancel": (POSTED_AT_DESK, answered(RUN_HERE, 302)),
    "desk:procedures": (RUN, POSTED_AT_DESK),
    "desk:security": (WATCH, POSTED_AT_DESK),
    "desk:audit": (WATCH, POSTED_AT_DESK),
    "desk:alert_seen": (POSTED_AT_DESK, answered(WATCH_HERE, 302)),
    "desk:member_sessions": (RUN_HERE, answered(RUN_HERE, 302)),
    "desk:visibility": (RUN, answered(RUN, 422)),
    "desk:keeping": (RUN, answered(RUN, 422)),
    "desk:archives": (RUN, POSTED_AT_DESK),
    "desk:send_window": (RUN, answered(RUN, 422)),
    "desk:canary": (RUN, answered(RUN, 422)),
    "desk:figures": (WATCH, POSTED_AT_DESK),
    "desk:figures_measure": (RUN_HERE, answered(RUN_HERE, 302)),
    "desk:release": (WATCH_HERE, POSTED_AT_DESK),
    "desk:release_review": REVIEW_BUTTON,
    "desk:release_publish": REVIEW_BUTTON,
    "desk:release_reject": REVIEW_BUTTON,
    "desk:tokens": (RUN, POSTED_AT_DESK),
    "desk:token_new": (RUN, answered(RUN, 422)),
    "desk:token_revoke": (POSTED_AT_DESK, answered(RUN_HERE, 302)),
    "desk:exports": (LISTS, POSTED_AT_DESK),
    "desk:export_ask": (ASK, answered(ASK, 422)),
    "desk:export": (LIST_HERE, answered(LIST_HERE, 409)),  # nothing is decided without a decision
    "desk:export_take": (answered(TAKE, 409), answered(TAKE, 409)),  # nobody approved it yet
    "desk:account": (DESK, POSTED_AT_DESK),
    "desk:mails": (DESK, answered(DESK, 422)),
    "desk:password": (DESK, answered(DESK, 422)),
    "desk:sessions": (DESK, answered(DESK, 404)),  # it names none of one's own
    "desk:choose": (POSTED_AT_DESK, answered(DESK, 404)),  # it names none of one's own
    "invitation": (INVITED, answered(INVITED, 422)),
    "api:index": OPEN_PAGE,
    "api:schema": OPEN_PAGE,
    "api:cases": ("401 403 403 403  200 200 200 200  200 403 403  200", POSTED),
    "api:case": ("401 403 403 403  200 404 404 200  200 403 403  404", POSTED),
    "api:procedures": OPEN_PAGE,
    "api:procedure": OPEN_PAGE,
    "api:explain": (POSTED, answered(OPEN, 415)),  # a form is not JSON
    "api:releases": OPEN_PAGE,
    "api:release": OPEN_PAGE,
    "api:nothing": (NOTHING, NOTHING),
    "account_login": (ENTRY, answered(ENTRY, 422)),
    "account_logout": (SIGNED_IN, SENT_ON),
    "account_reauthenticate": (NO_FACTOR_YET, answered(NO_FACTOR_YET, 422)),
    "mfa_index": (ACCOUNT, answered(ACCOUNT, 405)),
    "mfa_authenticate": (SENT_ON, SENT_ON),
    "mfa_reauthenticate": (FACTOR, answered(FACTOR, 422)),
    "mfa_login_webauthn": (SENT_ON, answered(ENTRY, 422)),
    "mfa_add_webauthn": (ACCOUNT, answered(ACCOUNT, 422)),
    "mfa_remove_webauthn": (NO_PASSKEY, NO_PASSKEY),
    "mfa_activate_totp": (NO_FACTOR_YET, answered(NO_FACTOR_YET, 422)),
    "mfa_deactivate_totp": (HAS_FACTOR, answered(HAS_FACTOR, 302)),
    "mfa_view_recovery_codes": (HAS_FACTOR, POSTED),
    "mfa_generate_recovery_codes": (ACCOUNT, answered(NO_FACTOR_YET, 422)),  # without a factor they stand for none
    "set_language": (SENT_ON, SENT_ON),
    # As everybody of this table asks from the machine itself; tests/config/test_health.py asks from elsewhere.
    "healthz": OPEN_PAGE,
    "readyz": OPEN_PAGE,
    "metrics": OPEN_PAGE,
    "demo:home": OPEN_PAGE,
}
# What the bearer of a coordinator's token gets by GET and by POST; 401 for nobody's reading.
BEARER: dict[str, tuple[int, int]] = {"api:cases": (200, 405), "api:case": (200, 405)}
