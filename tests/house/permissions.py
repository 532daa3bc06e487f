"""Who gets what at each address: the status of a GET for each of seven people.

`not my case` is a second member of the same association; `no factor` a volunteer who gave their password only and has
no second factor yet; `stranger` the coordinator of another association, whose own desk is open to them.
"""

PEOPLE = ("nobody", "member", "not my case", "no factor", "volunteer", "coordinator", "stranger")

OPEN = "200 200 200 200 200 200 200"
SENT_ON = "302 302 302 302 302 302 302"
POSTED = "405 405 405 405 405 405 405"  # takes POST only
NOTHING = "404 404 404 404 404 404 404"
OWN = "302 200 404 404 404 404 404"  # one's own case
DESK = "302 403 403 302 200 200 200"
CASE = "302 403 403 302 200 200 404"  # the association's case
RUN = "302 403 403 302 403 200 200"  # for coordinators, each in their own association
RUN_HERE = "302 403 403 302 403 200 404"  # something of this association, for its coordinators
POSTED_AT_DESK = "302 403 403 302 405 405 405"
FACTOR = "302 403 403 404 404 404 404"  # there is none yet; a session opened by a code has no say in it

TABLE: dict[str, str] = {
    "public:home": OPEN,
    "public:two_ways": OPEN,
    "public:procedures": OPEN,
    "public:procedure": OPEN,
    "public:figures": OPEN,
    "public:release": OPEN,
    "public:release_file": OPEN,
    "public:privacy": OPEN,
    "public:accessibility": OPEN,
    "public:styleguide": OPEN,
    "portal:home": "302 200 200 200 200 200 200",  # who is no member is told so
    "portal:login": "200 302 302 302 302 302 302",
    "portal:code": SENT_ON,  # no code was asked for
    "portal:leave": POSTED,
    "portal:choose": "302 200 200 200 200 200 200",  # one association only
    "portal:case": OWN,
    "portal:consent": "302 302 404 404 404 404 404",  # given already
    "portal:channel": OWN,
    "portal:step": OWN,
    "portal:report": OWN,
    "portal:continue": OWN,
    "portal:upload": OWN,
    "portal:file": OWN,
    "portal:missing": OWN,
    "desk:now": DESK,
    "desk:overview": DESK,
    "desk:cases": DESK,
    "desk:open": DESK,
    "desk:case": CASE,
    "desk:attempt": CASE,
    "desk:facts": CASE,
    "desk:upload": CASE,
    "desk:file": CASE,
    "desk:check": CASE,
    "desk:answer": CASE,
    "desk:close": CASE,
    "desk:convert": CASE,
    "desk:reopen": "302 403 403 302 409 409 404",  # it is not closed
    "desk:assign": CASE,
    "desk:hold": CASE,
    "desk:note": CASE,
    "desk:consent": CASE,
    "desk:contact": CASE,
    "desk:card": "302 403 403 302 409 409 404",  # this member has an address
    "desk:events": "302 403 403 302 404 404 404",  # there are none older
    "desk:team": RUN,
    "desk:invite": RUN,
    "desk:invitation_again": POSTED_AT_DESK,
    "desk:invitation_revoke": POSTED_AT_DESK,
    "desk:member_roles": RUN_HERE,
    "desk:member_revoke": RUN_HERE,
    "desk:figures": RUN,
    "desk:figures_measure": RUN_HERE,
    "desk:release": RUN_HERE,
    "desk:release_review": POSTED_AT_DESK,
    "desk:release_publish": POSTED_AT_DESK,
    "desk:release_reject": POSTED_AT_DESK,
    "desk:account": DESK,
    "desk:choose": POSTED_AT_DESK,
    "invitation": OPEN,
    "api:index": OPEN,
    "api:schema": OPEN,
    "api:cases": "401 403 403 403 200 200 200",
    "api:case": "401 403 403 403 200 200 404",
    "api:procedures": OPEN,
    "api:procedure": OPEN,
    "api:releases": OPEN,
    "api:release": OPEN,
    "api:nothing": NOTHING,
    "account_login": "200 302 302 302 302 302 302",
    "account_logout": "302 200 200 200 200 200 200",
    "account_reauthenticate": "302 403 403 200 200 200 200",
    "mfa_index": "302 403 403 200 200 200 200",
    "mfa_authenticate": SENT_ON,
    "mfa_reauthenticate": "302 403 403 302 302 302 302",
    "mfa_activate_totp": "302 403 403 302 302 302 302",
    "mfa_deactivate_totp": FACTOR,
    "mfa_view_recovery_codes": FACTOR,
    "mfa_generate_recovery_codes": "302 403 403 302 302 302 302",
    "set_language": SENT_ON,
    "demo:home": OPEN,
}
