"""Slack: listeners write intent, views say words, the courier delivers."""
