"""People, the organisations they act for, and how they prove who they are.

A person is a telephone number. There are no passwords: a six-digit code, sent by SMS and bound to the number and the
phone that asked, opens a session. A session is one phone: its refresh token is replaced at every use, and a token used
twice ends the session (a lost answer is forgiven for twenty seconds, to the same phone).

A person acts for an organisation through a membership, which names the role. Who may do what is one table: `rights`.

| what       | lives                          | ends                                                                   |
| ---------- | ------------------------------ | ---------------------------------------------------------------------- |
| login code | five minutes, five tries       | used, outlived, outguessed                                             |
| session    | sixty days from the last use   | logout, a reused refresh token, suspension of the person               |
| membership | until removed; the row remains | removal, suspension of the organisation (the person stays signed in)   |

Refused here: numbers outside Kazakhstan's mobile ranges, too many codes (per number, phone, network, prefix, and the
day's SMS budget), identity numbers with a wrong check digit, a second organisation with the same BIN or IIN.
"""
