"""Tables of the service itself: plan, tripartite agreement, visits, handover."""

from contracts.models.agreement import Agreement, Signature, Suspension
from contracts.models.handover import Handover, HandoverSignature
from contracts.models.onsite import Door, Measurement, VisitConfirmation, VisitPhoto, VisitProof
from contracts.models.plan import PlanLine, PlanSlot, ServicePlan
from contracts.models.preference import CaregiverPreference
from contracts.models.special import SpecialEvent, SpecialTelling
from contracts.models.visit import AssignmentGap, CareNote, Visit, VisitTask

__all__ = [
    "Agreement",
    "AssignmentGap",
    "CareNote",
    "CaregiverPreference",
    "Door",
    "Handover",
    "HandoverSignature",
    "Measurement",
    "PlanLine",
    "PlanSlot",
    "ServicePlan",
    "Signature",
    "SpecialEvent",
    "SpecialTelling",
    "Suspension",
    "Visit",
    "VisitConfirmation",
    "VisitPhoto",
    "VisitProof",
    "VisitTask",
]
