"""Tables of the service itself: plan, tripartite agreement, visits, handover."""

from contracts.models.agreement import Agreement, Signature, Suspension
from contracts.models.fee import FeeStatement
from contracts.models.handover import Handover, HandoverSignature
from contracts.models.onsite import Door, Measurement, VisitConfirmation, VisitPhoto, VisitProof
from contracts.models.plan import PlanLine, PlanSlot, PlanTemplate, ServicePlan
from contracts.models.preference import CaregiverPreference
from contracts.models.rota import (
    CalendarFeed,
    ProposalLine,
    RotaChange,
    RotaMove,
    RotaProposal,
    SlotChange,
    VisitNotice,
)
from contracts.models.special import SpecialEvent, SpecialTelling
from contracts.models.visit import AssignmentGap, CareNote, Visit, VisitTask

__all__ = [
    "Agreement",
    "AssignmentGap",
    "CalendarFeed",
    "CareNote",
    "CaregiverPreference",
    "Door",
    "FeeStatement",
    "Handover",
    "HandoverSignature",
    "Measurement",
    "PlanLine",
    "PlanSlot",
    "PlanTemplate",
    "ProposalLine",
    "RotaChange",
    "RotaMove",
    "RotaProposal",
    "ServicePlan",
    "Signature",
    "SlotChange",
    "SpecialEvent",
    "SpecialTelling",
    "Suspension",
    "Visit",
    "VisitConfirmation",
    "VisitNotice",
    "VisitPhoto",
    "VisitProof",
    "VisitTask",
]
