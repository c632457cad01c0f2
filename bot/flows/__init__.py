"""The imperative shell: each public function is one use case: read, ask the rules, commit.

`intake`, `sending`, `deciding`, `requests`, `renaming` and `reading` answer people. The engine's
jobs are `preflight`, `provisioning`, `undoing` (these two go round in `converging`), `smoke`,
`catalogue`, `digest` and `stale`. `duedates`, `old_approvals`, `sweeping` and `lost_slots` are the
tick's.
"""
