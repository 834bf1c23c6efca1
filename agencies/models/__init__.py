"""Tables of the tenant: the agency, its people, catalogue and prices, files, messages and logs."""

from agencies.models.agency import Agency, AgencySettings, Licence
from agencies.models.catalogue import Level, Price, PriceList, ServiceItem, WorkForm
from agencies.models.messages import Message, Notice
from agencies.models.people import ApiKey, IdentityType, Membership, Role, Sex, User
from agencies.models.records import AccessLog, Counter, Export, Import, JobRun, StoredFile

__all__ = [
    "AccessLog",
    "Agency",
    "AgencySettings",
    "ApiKey",
    "Counter",
    "Export",
    "IdentityType",
    "Import",
    "JobRun",
    "Level",
    "Licence",
    "Membership",
    "Message",
    "Notice",
    "Price",
    "PriceList",
    "Role",
    "ServiceItem",
    "Sex",
    "StoredFile",
    "User",
    "WorkForm",
]
