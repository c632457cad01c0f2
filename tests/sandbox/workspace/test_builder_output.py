"""What slackblocks builds is taken: the rules are strict, and no stricter than the builder."""

import slackblocks as sb

from bot.sandbox.workspace import Switches
from bot.sandbox.workspace.payload_rules import message, view


def rich(text: str) -> sb.RichTextBlock:
    return sb.RichTextBlock([sb.RichTextSection([sb.RichText(text)])])


def test_messages_of_every_block_are_taken() -> None:
    confirm = sb.ConfirmationDialogue(title="Sure?", text="Really?", confirm="Yes", deny="No")
    task = sb.TaskCardBlock("t1", "Create user", status="in_progress", details=rich("now"))
    blocks = [
        sb.SectionBlock("*IU-17*", fields=["a", "b"]),
        sb.HeaderBlock("Request"),
        sb.DividerBlock(),
        sb.ContextBlock([sb.Text("by Rae")]),
        sb.ActionsBlock(
            [
                sb.Button(text="Approve", action_id="approve", value="17", style="primary"),
                sb.Button(text="Reject", action_id="reject", style="danger", confirm=confirm),
            ]
        ),
        sb.PlanBlock("Progress", [task, sb.TaskCardBlock("t2", "Verify", status="pending")]),
        sb.DataTableBlock(
            rows=[
                [sb.RawText("Licence"), sb.RawText("Used")],
                [sb.RawText("Integration"), sb.RawNumber(3, "3")],
            ],
            caption="Licences",
        ),
        sb.DataVisualizationBlock(
            "Licences",
            sb.BarChart([sb.DataSeries("used", [sb.DataPoint("uat", 3)])], sb.AxisConfig(["uat"])),
        ),
        sb.MarkdownBlock("**Policy**"),
        sb.CardBlock(title="IU-17", body="Warehouse"),
        sb.ContainerBlock([sb.SectionBlock("in")], title="More"),
        rich("hello"),
    ]
    payload = [block._resolve() for block in blocks]
    assert [str(problem) for problem in message(payload, switches=Switches())] == []


def test_a_modal_with_every_input_is_taken() -> None:
    option = sb.Option(sb.PlainText("Read"), "read")
    elements = [
        sb.PlainTextInput(action_id="a", max_length=60, multiline=True),
        sb.EmailInput(action_id="a"),
        sb.NumberInput(is_decimal_allowed=False, action_id="a"),
        sb.CheckboxGroup(action_id="a", options=[option], initial_options=[option]),
        sb.RadioButtonGroup(action_id="a", options=[option]),
        sb.StaticSelectMenu(action_id="a", options=[option], initial_option=option),
        sb.UserSelectMenu(action_id="a"),
        sb.ExternalSelectMenu(action_id="a", placeholder="App", min_query_length=0),
        sb.ExternalMultiSelectMenu(action_id="a", min_query_length=0, max_selected_items=10),
        sb.DatePicker(action_id="a"),
    ]
    made = sb.ModalView(
        title="Request",
        submit="Next",
        close="Cancel",
        blocks=[
            sb.AlertBlock("Careful", level="warning"),
            *(
                sb.InputBlock(label="Field", element=element, block_id=f"b{n}", optional=True)
                for n, element in enumerate(elements)
            ),
        ],
        private_metadata="{}",
        callback_id="request_details",
    )
    found = view(made._resolve(), kind="modal", switches=Switches())
    assert [str(problem) for problem in found] == []
