"""Tables of the service itself: plan, tripartite agreement, visits, handover."""

from contracts.models.agreement import Agreement, Signature, Suspension
from contracts.models.handover import Handover, HandoverSignature
from contracts.models.plan import PlanLine, PlanSlot, ServicePlan
from contracts.models.preference import CaregiverPreference
from contracts.models.visit import AssignmentGap, CareNote, Visit, VisitTask

__all__ = [
    "Agreement",
    "AssignmentGap",
    "CareNote",
    "CaregiverPreference",
    "Handover",
    "HandoverSignature",
    "PlanLine",
    "PlanSlot",
    "ServicePlan",
    "Signature",
    "Suspension",
    "Visit",
    "VisitTask",
]
