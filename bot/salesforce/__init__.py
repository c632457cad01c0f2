"""One Salesforce org, as we need it: the Protocol, the client behind it, the JWT login."""
