"""What can be configured, and how it is loaded: `load` gives Settings or tells all problems.

Nothing here looks at the process's own environment: it is passed in.
"""

from bot.config.environment import forget
from bot.config.loading import load
from bot.config.network import ca_bundle, proxy_for, ssl_context
from bot.config.problems import ConfigError
from bot.config.settings import App, Approval, Health, Org, Schedule, Settings, Slack, Smoke
from bot.config.values import At

__all__ = [
    "App",
    "Approval",
    "At",
    "ConfigError",
    "Health",
    "Org",
    "Schedule",
    "Settings",
    "Slack",
    "Smoke",
    "ca_bundle",
    "forget",
    "load",
    "proxy_for",
    "ssl_context",
]
