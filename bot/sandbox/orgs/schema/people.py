"""Objects of people and seats: organization, licences, profiles, users, logins."""

from __future__ import annotations

from bot.sandbox.orgs.schema.fields import (
    FieldDef,
    ObjectDef,
    choice,
    flag,
    lookup,
    moment,
    number,
    of,
    system,
    system_permissions,
    text,
)

TIME_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "Asia/Tokyo",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "GMT",
)
LOCALES = ("de_DE", "en_GB", "en_US", "fr_FR", "ja_JP")


def organization() -> ObjectDef:
    """One row: who the org is (salesforce-provisioning 1.0a)."""
    return of(
        "Organization",
        "Organization",
        "Organizations",
        "00D",
        *system(),
        text("Name").read_only(),
        flag("IsSandbox", "Is Sandbox").read_only(),
        choice("OrganizationType", "Organization Edition").read_only(),
        moment("TrialExpirationDate", "Trial Expiration Date").read_only(),
        text("InstanceName", "Instance Name").read_only(),
        text("NamespacePrefix", "Namespace Prefix").read_only(),
    )


def user_license() -> ObjectDef:
    """Seats by user licence; needs View Setup (1.1)."""
    return of(
        "UserLicense",
        "User License",
        "User Licenses",
        "100",
        *system(),
        text("Name").read_only(),
        text("MasterLabel", "License").read_only(),
        text("LicenseDefinitionKey", "License Def. ID").read_only(),
        choice("Status", "Status", "Active", "Disabled").read_only(),
        number("TotalLicenses", "Total Licenses").read_only(),
        number("UsedLicenses", "Used Licenses").read_only(),
        moment("UsedLicensesLastUpdated", "Used Licenses Last Updated").read_only(),
        reads=("ViewSetup",),
    )


def permission_set_license() -> ObjectDef:
    """Seats by permission set licence (1.2)."""
    return of(
        "PermissionSetLicense",
        "Permission Set License",
        "Permission Set Licenses",
        "0PL",
        *system(),
        text("DeveloperName", "API Name", 80).read_only(),
        text("MasterLabel", "Permission Set License Label", 80).read_only(),
        text("PermissionSetLicenseKey", "Permission Set License Key", 81).read_only(),
        choice("Status", "Status", "Active", "Disabled").read_only(),
        number("TotalLicenses", "Total Licenses").read_only(),
        number("UsedLicenses", "Used Licenses").read_only(),
        moment("ExpirationDate", "Expiration Date").read_only(),
        flag("IsAvailableForIntegrations", "Available for Integrations").read_only(),
        flag("MaximumPermissionsManageInteraction", "Manage Flow", groupable=False).read_only(),
        flag("MaximumPermissionsManageUsers", "Manage Users", groupable=False).read_only(),
        reads=("ViewSetup",),
    )


def permission_set_license_assign() -> ObjectDef:
    """One row per seat taken; create and delete only (1.3)."""
    return of(
        "PermissionSetLicenseAssign",
        "Permission Set License Assignment",
        "Permission Set License Assignments",
        "2LA",
        *system(),
        lookup("AssigneeId", "User", required=True).create_only(),
        lookup("PermissionSetLicenseId", "PermissionSetLicense", required=True).create_only(),
        createable=True,
        deletable=True,
        reads=("ViewSetup", "AssignPermissionSets"),
    )


def profile() -> ObjectDef:
    """Profiles, each of exactly one user licence (1.4)."""
    return of(
        "Profile",
        "Profile",
        "Profiles",
        "00e",
        *system(),
        text("Name", required=True).read_only(),
        text("Description").read_only(),
        lookup("UserLicenseId", "UserLicense").read_only(),
        choice("UserType", "User Type", "Standard").read_only(),
        *(one.read_only() for one in system_permissions()),
    )


def _places() -> tuple[FieldDef, ...]:
    """The restricted picklists of a user: time zone, locale, encoding, language."""
    return (
        choice("TimeZoneSidKey", "Time Zone", *TIME_ZONES, restricted=True, required=True),
        choice("LocaleSidKey", "Locale", *LOCALES, restricted=True, required=True),
        choice(
            "EmailEncodingKey",
            "Email Encoding",
            "UTF-8",
            "ISO-8859-1",
            restricted=True,
            required=True,
        ),
        choice(
            "LanguageLocaleKey",
            "Language",
            "en_US",
            "de",
            "fr",
            "ja",
            restricted=True,
            required=True,
        ),
    )


def user() -> ObjectDef:
    """Users (1.5)."""
    return of(
        "User",
        "User",
        "Users",
        "005",
        *system(),
        text("Username", "Username", 80, required=True),
        text("LastName", "Last Name", 80, required=True),
        text("FirstName", "First Name", 40),
        text("Name", "Full Name", 121).read_only(),
        text("Alias", "Alias", 8, required=True),
        text("CommunityNickname", "Nickname", 40),
        text("Email", "Email", 128, required=True, type="email"),
        text("FederationIdentifier", "SAML Federation ID", 512),
        text("EmployeeNumber", "Employee Number", 20),
        text("Department", "Department", 80),
        text("Division", "Division", 80),
        text("CompanyName", "Company Name", 80),
        text("Title", "Title", 80),
        text("AboutMe", "About Me", 1000),
        *_places(),
        lookup("ProfileId", "Profile", required=True),
        lookup("UserRoleId", "UserRole"),
        flag("IsActive", "Active", default=True),
        choice("UserType", "User Type", "Standard", default="Standard").read_only(),
        moment("LastLoginDate", "Last Login").read_only(),
        flag("UserPermissionsMarketingUser", "Marketing User"),
        createable=True,
        updateable=True,
    )


def user_login() -> ObjectDef:
    """Frozen or not; needs Manage Users (5.2)."""
    return of(
        "UserLogin",
        "User Login",
        "User Logins",
        "0Yw",
        *system(),
        lookup("UserId", "User").read_only(),
        flag("IsFrozen", "Frozen"),
        flag("IsPasswordLocked", "Password Locked"),
        updateable=True,
        reads=("ManageUsers",),
    )


def login_history() -> ObjectDef:
    """Logins; one's own rows without Manage Users. Few columns filter (auth-and-monitoring 4.1)."""
    return of(
        "LoginHistory",
        "Login History",
        "Login History",
        "0Ya",
        system()[0],
        lookup("UserId", "User", relationship="").read_only(),
        moment("LoginTime", "Login Time").read_only(),
        text("LoginType", "Login Type").read_only(),
        text("LoginSubType", "Login Subtype", filterable=False).read_only(),
        text("LoginUrl", "Login URL").read_only(),
        text("SourceIp", "Source IP", filterable=False).read_only(),
        text("Status", filterable=False).read_only(),
        text("Application", filterable=False).read_only(),
        text("ApiType", "API Type", filterable=False).read_only(),
        text("ApiVersion", "API Version", filterable=False).read_only(),
        text("Browser", filterable=False).read_only(),
        text("Platform", filterable=False).read_only(),
        text("ClientVersion", "Client Version", filterable=False).read_only(),
    )


def oauth_token() -> ObjectDef:
    """Refresh tokens; one's own rows without Customize Application (4.2)."""
    return of(
        "OauthToken",
        "OAuth Token",
        "OAuth Tokens",
        "888",
        system()[0],
        lookup("UserId", "User", relationship="User").read_only(),
        text("AppName", "App Name").read_only(),
        text("AppMenuItemId", "App Menu Item").read_only(),
        moment("CreatedDate", "Created Date").read_only(),
        moment("LastUsedDate", "Last Used").read_only(),
        number("UseCount", "Use Count").read_only(),
    )


def every() -> tuple[ObjectDef, ...]:
    """All objects of this room."""
    return (
        organization(),
        user_license(),
        permission_set_license(),
        permission_set_license_assign(),
        profile(),
        user(),
        user_login(),
        login_history(),
        oauth_token(),
    )
