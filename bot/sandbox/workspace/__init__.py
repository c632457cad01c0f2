"""A make-believe Slack workspace on loopback, for unmodified slack-bolt and slack_sdk.

It carries the rules of slack-platform 1.1, 1.2, 2, 2.1 and 2.2; what nobody could confirm is a
switch (`Switches`). People are driven by code: `ws.person("U0RAE").command("/integration-user")`.
"""

from bot.sandbox.workspace.delivery import HttpTransport, Reply, Transport
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.faults import Fault, Faults
from bot.sandbox.workspace.modal import Modal, Outcome
from bot.sandbox.workspace.person import Answer, AppSurface, Person
from bot.sandbox.workspace.refusals import Complaint
from bot.sandbox.workspace.server import SlackWorkspace
from bot.sandbox.workspace.switches import Switches
from bot.sandbox.workspace.world import Call, Channel, Group, Message, Said, User

__all__ = [
    "Answer",
    "AppSurface",
    "Call",
    "Channel",
    "Complaint",
    "Fact",
    "Fault",
    "Faults",
    "Group",
    "HttpTransport",
    "Message",
    "Modal",
    "Outcome",
    "Person",
    "Reply",
    "Said",
    "SlackWorkspace",
    "Switches",
    "Transport",
    "User",
]
