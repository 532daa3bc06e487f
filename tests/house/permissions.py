"""Who gets what at each address: the status of a GET for each of seven people.

`not my case` is a second member of the same association; `no factor` a volunteer who gave their password only;
`stranger` the coordinator of another association. A page that only takes POST answers 405 to whoever may pass.
"""

PEOPLE = ("nobody", "member", "not my case", "no factor", "volunteer", "coordinator", "stranger")

OPEN = "200 200 200 200 200 200 200"
POSTED = "405 405 405 405 405 405 405"
SENT_ON = "302 302 302 302 302 302 302"

TABLE: dict[str, str] = {}
