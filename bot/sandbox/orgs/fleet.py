"""What lies in the orgs besides people? Apps, a login history, rows of every data object."""

from __future__ import annotations

from bot.sandbox.orgs.keys import key_pair
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import App, World

_APPS = (
    (
        "provisioner",
        "Integration User Bot",
        "external_client_app",
        "Integration_User_Bot",
        True,
    ),
    ("warehouse", "Warehouse sync", "external_client_app", "Warehouse_Sync", True),
    ("legacy", "Legacy sync", "connected_app", "Legacy_Sync", True),
    ("self_service", "Self-service sync", "external_client_app", "Self_Service_Sync", False),
)


def apps(world: World) -> None:
    """Apps to log in through: the bot's own, two of each policy, one connected app."""
    for key, label, kind, name, approved in _APPS:
        if kind == "connected_app":
            row = world.add(
                "ConnectedApplication", Name=name, OptionsAllowAdminApprovedUsersOnly=approved
            )
        else:
            row = world.add(
                "ExternalClientApplication",
                DeveloperName=name,
                MasterLabel=label,
                DistributionState="Local",
            )
            world.add(
                "ExtlClntAppOauthPlcyCnfg",
                ExternalClientApplicationId=row["Id"],
                PermittedUsersPolicyType="AdminApprovedPreAuthorized"
                if approved
                else "AllSelfAuthorized",
            )
        pair = key_pair(key)
        world.apps[key] = App(
            key=key,
            label=label,
            kind=kind,
            name=name,
            id=str(row["Id"]),
            consumer_key=f"3MVG9{world.random.getrandbits(320):080x}",
            private_key_pem=pair.private_key_pem,
            certificate_pem=pair.certificate_pem,
            admin_approved=approved,
        )


def history(world: World) -> None:
    """One successful login for everybody who ever logged in."""
    for user in world.tables.rows("User"):
        if user["LastLoginDate"] is not None:
            world.add(
                "LoginHistory",
                UserId=user["Id"],
                LoginTime=user["LastLoginDate"],
                LoginType="Remote Access 2.0",
                LoginUrl="acme.my.salesforce.com",
                SourceIp="192.0.2.10",
                Status="Success",
                Application="Nightly job",
            )
    shared = world.tables.where("User", LastName="Integration")[0]
    world.add(
        "OauthToken",
        UserId=shared["Id"],
        AppName="Nightly job",
        LastUsedDate=shared["LastLoginDate"],
        UseCount=812,
    )


def rows(world: World, owner: str) -> None:
    """A few rows of every data object, so that a query finds something."""
    made: dict[str, str] = {}
    for definition in (one for one in world.schema.values() if not one.setup):
        for number in (1, 2, 3):
            values: Row = {}
            for field in definition.fields.values():
                if field.name == "OwnerId":
                    values[field.name] = owner
                elif field.master or (field.type == "reference" and field.refers[0] in made):
                    values[field.name] = made[field.refers[0]]
                elif field.name_field or field.type in {"string", "textarea"}:
                    values[field.name] = f"{definition.label} {field.label} {number}"
                elif field.type == "picklist":
                    values[field.name] = field.picklist[0]
                elif field.type in {"currency", "double", "int", "percent"}:
                    values[field.name] = number * 10
            system = {"CreatedById": owner, "LastModifiedById": owner, "IsDeleted": False}
            row = world.add(definition.name, by=owner, **(values | system))
            made[definition.name] = str(row["Id"])
