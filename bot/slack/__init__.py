"""Slack: listeners write intent, views say words, the courier delivers.

`socket` and `http` are two ways to the same Bolt app. What a channel does not take is the matter of
`places`; what not every workspace takes is in `views/rich`, with plain words beside it.
"""
