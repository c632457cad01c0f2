"""On which fact about Slack does each refusal and each complaint of the workspace rest?

[K] = told as known, not looked up again (slack-platform, marks); [U] = the rule, its code, text or
number is nowhere confirmed, and this is how the workspace plays it.
"""

from enum import StrEnum


class Fact(StrEnum):
    """The chapter that a no rests on, with what it says."""

    # the front door
    CALLER = "slack-platform 2.2 [U code]: no call without a token that is known"
    CALLER_KIND = "slack-platform 2.1 [U code]: apps.connections.open takes the app-level token"
    SCOPE = "slack-platform 2.2 [U code]: the scope that a method needs"
    METHOD = "slack-platform 2.2 [U code]: what is no method of the Web API"
    RATE = "slack-platform 2.2: about one message a second and channel; 429, Retry-After"

    # messages
    NO_CHANNEL = "slack-platform 2.2 channel_not_found: no such channel or person"
    UNREACHABLE = "slack-platform 2.2 [U]: who is gone, foreign or a bot cannot be written to"
    DM_BY_USER = "slack-platform 2.2 [K]: whether a user id opens the direct message"
    PRIVATE = "slack-platform 2.2 [U]: a private channel is not there for who is not in it"
    NOT_MEMBER = "slack-platform 2.2 not_in_channel: without chat:write.public"
    ARCHIVED = "slack-platform 2.2 is_archived"
    TAB_OFF = "slack-platform 2.2 messages_tab_disabled"
    NO_TEXT = "slack-platform 2.2 [U code]: a message says something"
    TEXT_LENGTH = "slack-platform 1.2, 2.2 msg_too_long: 40,000 characters"
    BLOCKS_FORMAT = "slack-platform 2.2 [U code]: blocks are a list"
    BLOCKS_INVALID = "slack-platform 2.2 invalid_blocks: its messages name facts of their own"
    BLOCKS_BYTES = "slack-platform 1.2 [U number] msg_blocks_too_long"
    PHONES = "slack-platform 2.2: phones show only `text`"
    NO_THREAD = "slack-platform 2.2 [U code]: a thread hangs on a message of its channel"
    NO_MESSAGE = "slack-platform 2.2 message_not_found"
    NOT_OWN = "slack-platform 2.2 cant_update_message"
    NOT_HERE = "slack-platform 2.2 user_not_in_channel: an ephemeral message to who is away"

    # views
    TRIGGER_UNKNOWN = "slack-platform 2 [U code]: a trigger_id that was never given"
    TRIGGER_USED = "slack-platform 2 exchanged_trigger_id: one use"
    TRIGGER_OLD = "slack-platform 2 [K] expired_trigger_id: three seconds"
    PUSH_FROM_VIEW = "slack-platform 2 [U]: a view is pushed with the trigger of a view"
    VIEW_INVALID = "slack-platform 1.2 [U code]: its messages name facts of their own"
    VIEW_BYTES = "slack-platform 1.2 view_too_large: 250 KB"
    STACK = "slack-platform 1.2 push_limit_reached: three views"
    EXTERNAL_ID = "slack-platform 1.2 duplicate_external_id: unique in a workspace"
    VIEW_GONE = "slack-platform 2.2 not_found: a view that nobody has open"
    HASH = "slack-platform 2 hash_conflict: the view was changed since"
    HOME_OFF = "slack-platform 2.2 not_enabled: the Home tab is off"
    HOME_WHOSE = "slack-platform 2 [U code]: a Home is somebody's"
    ANSWER_KIND = "slack-platform 2 [U code]: errors, update, push, clear or nothing"
    ANSWER_ERRORS = "slack-platform 2 [U code]: errors are texts under inputs, by block_id"
    ANSWER_OPTIONS = "slack-platform 2: a search is answered with options or option groups"

    # who is who
    NO_USER = "slack-platform 2.2 [U code]: no such person"
    FOREIGN = "slack-platform 2.2 user_not_visible: people of a connected workspace"
    NO_GROUP = "slack-platform 2.2 no_such_subteam"
    NO_GROUPS = "slack-platform 2.2 plan_upgrade_required: the free plan has no groups"
    OPEN_ONE = "slack-platform 2.2 [U code]: a direct message is opened with one person"
    OPEN_WHOM = "slack-platform 2.2 [U code]: who is gone, foreign or a bot has none"

    # the way back
    URL_USED = "slack-platform 2 [K]: five uses of a response_url"
    URL_OLD = "slack-platform 2 [K]: a response_url lives thirty minutes"
    ACK_TIME = "slack-platform 2: an ack within three seconds"
    ACK_STRAY = "slack-platform 2.1 [U]: an ack names an envelope that waits for it"
    LINK_ONCE = "slack-platform 2.1 [U]: a link opens one connection"
    CONNECTIONS = "slack-platform 2.1 too_many_websockets: ten connections of an app"

    # blocks and elements
    BLOCK_KIND = "slack-platform 1.1: the blocks that an app may send"
    BLOCK_ROLLOUT = "slack-platform 1.2, 8: blocks that not every workspace takes"
    BLOCK_SURFACE = "slack-platform 1.1: where a block may stand"
    ELEMENT_KIND = "slack-platform 1.1: the elements there are"
    ELEMENT_PLACE = "slack-platform 1.1 [U]: in which blocks an element may stand"
    ELEMENT_SURFACE = "slack-platform 1.1: on which surfaces an element may stand"
    VALUE_KIND = "slack-platform 1.2 [U text]: string, number, list, object, true or false"
    TEXT_KIND = "slack-platform 1.2 [U text]: plain_text, or mrkdwn where it may stand"
    REQUIRED = "slack-platform 1.2 [U text]: a property that cannot be left out"
    UNKNOWN_PROPERTY = "slack-platform 1.2 [U]: a property that there is not"
    CHARACTERS = "slack-platform 1.2: least and most characters"
    ITEMS = "slack-platform 1.2: least and most items"
    NUMBER = "slack-platform 1.2: least and most of a number"
    WORDS = "slack-platform 1.2: the words that a property may hold"
    DATES = "slack-platform 1.4: the form of a date"
    SECTION_WORDS = "slack-platform 1.2 [U]: a section has text or fields"
    IMAGE_SOURCE = "slack-platform 1.4: an image has one source"
    RICH_TEXT = "slack-platform 1.1 [U text]: what a rich text is made of"
    CHOICES = "slack-platform 1.2 [U]: options or option groups"
    INITIAL = "slack-platform 1.4: what is chosen at first is offered"
    NUMBER_RANGE = "slack-platform 1.2: the least number is not above the most"
    LENGTH_RANGE = "slack-platform 1.2 [U]: the least length is not above the most"

    # tables, charts, tasks
    CELL = "slack-platform 1.2: raw_text with a character, raw_number or rich_text"
    COLUMN_SETTING = "slack-platform 1.2: null among column_settings"
    DATA_ROWS = "slack-platform 1.2, 8: most rows of a data table"
    DATA_EQUAL = "slack-platform 1.2: rows of a data table are equally long"
    DATA_HEADER = "slack-platform 1.2: the header of a data table holds no rich text"
    DATA_CHARACTERS = "slack-platform 1.2 [K]: characters in all cells of a data table"
    CHART_KIND = "slack-platform 1.1: pie, bar, line or area"
    CHART_SERIES = "slack-platform 1.2, 8: most series or segments of a chart"
    CHART_VALUE = "slack-platform 1.2: the value of a segment is above 0"
    CHART_LABEL = "slack-platform 1.2: a label of 20 characters"
    CHART_NAMES = "slack-platform 1.2: series have different names"
    CHART_CATEGORIES = "slack-platform 1.2: 1 to 20 categories"
    CHART_POINTS = "slack-platform 1.2: a series has exactly the labels of the categories"
    TASK_IDS = "slack-platform 1.2 [U]: tasks of a plan have different ids"
    TASK_ALONE = "slack-platform 1.1: a task_card outside a plan is not pending"

    # a message or a view as a whole
    BLOCK_IDS = "slack-platform 1.2: a block_id is unique in its message or view"
    ACTION_IDS = "slack-platform 1.2: an action_id is unique in its block"
    ONE_PLAN = "slack-platform 1.1: one plan in a message"
    ONE_TABLE = "slack-platform 1.1 only_one_table_allowed"
    TWO_CHARTS = "slack-platform 1.2: two charts in a message"
    PLAN_OR_TASK = "slack-platform 1.2: a plan and a lone task_card exclude each other"
    MARKDOWN = "slack-platform 1.1: 12,000 characters of markdown together"
    ONE_FOCUS = "slack-platform 1.4: one element has the focus"
    SUBMIT = "slack-platform 1.4: a modal with an input has a submit button"

    DEMANDED = "a fault that a test or the demo asked for"

    @property
    def chapter(self) -> str:
        """What stands before the colon: the chapter, and how sure it is."""
        return self.value.partition(":")[0]
