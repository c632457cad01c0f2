"""The outside world on loopback: a Slack workspace and Salesforce orgs, for demo and tests."""
