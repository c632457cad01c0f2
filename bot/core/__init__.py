"""The rules, pure: values in, values out; no waiting, no clock, no network, no SDK.

Every function here answers a question that a person could ask about a request: may it move, may I
do that, what does this access need, what is wrong with this form. Time and facts come in as
arguments; what cannot be done is said as a `Refusal` with one sentence for the person.

`lifecycle` and `policy` say what may happen; `command`, `typed` and `form` read what was typed;
`access`, `seats`, `naming`, `sets`, `identity` and `review` judge what is asked against an org;
`plan`, `proof`, `outage` and `diagnosis` are for doing it. The clock needs `slots`, `duedates`,
`digest`, `activity` and `stale`, the courier `patience`.
"""
