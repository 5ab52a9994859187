from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from api.v1.pickups.views import seen_page
from collection.dispatch import operations, queries
from collection.dispatch.queries import Seen

from . import serializers


class Jobs(HouseView):
    """The collector's own jobs, the driver's assigned, the recycler's inbound, the generator's, all for staff."""

    actions = {"GET": "job.read"}
    queries = {"GET": serializers.JobQuery}
    replies = {"GET": serializers.JobsReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.jobs(request.actor, filters=asked, after=page.after, limit=page.limit + 1)
        return reply(seen_page(page, found))


class Job(HouseView):
    """One job with its incidents."""

    actions = {"GET": "job.read"}
    replies = {"GET": serializers.JobDetailReply}

    def get(self, request: Request, job_id: UUID) -> HttpResponse:
        found = queries.job(request.actor, job_id)
        return reply(found.json.encode(), request=request, version=found.version)


class JobStep(Step, abstract=True):
    """A decision about a job, taken by whoever saw this version of it."""

    def render(self, result: Seen) -> dict[str, Any]:
        return result.plain()


class AssignDriver(JobStep):
    """Say who drives and with which vehicle; both the collector's own."""

    actions = {"POST": "job.assign"}
    bodies = {"POST": serializers.DriverForm}
    replies = {"POST": serializers.JobDetailReply}
    operation_ids = {"POST": "assignDriver"}
    verb = staticmethod(operations.assign_driver)


class Move:
    """A step on the road. A phone may say it late and twice, so it needs no If-Match: the lifecycle alone decides."""

    to: ClassVar[str]

    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.move_job(actor=actor, at=at, job_id=job_id, to=self.to),
                     render=Seen.plain)


class EnRoute(Move, HouseView):
    """The driver has set out."""

    actions = {"POST": "job.update"}
    replies = {"POST": serializers.JobDetailReply}
    operation_ids = {"POST": "setOut"}
    to = "en_route"


class Arrive(Move, HouseView):
    """The driver is at the gate."""

    actions = {"POST": "job.update"}
    replies = {"POST": serializers.JobDetailReply}
    operation_ids = {"POST": "arrive"}
    to = "arrived"


class Incidents(HouseView):
    """Report what went wrong; the job goes on."""

    actions = {"POST": "job.update"}
    bodies = {"POST": serializers.IncidentForm}
    replies = {"POST": serializers.JobDetailReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "reportIncident"}

    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        asked = self.body()
        return write(
            request, lambda actor, at: operations.report_incident(actor=actor, at=at, job_id=job_id, **asked),
            render=Seen.plain, status=201,
        )


class Withdraw(JobStep):
    """Give the pickup back; it is offered to others."""

    actions = {"POST": "job.withdraw"}
    bodies = {"POST": serializers.WithdrawForm}
    replies = {"POST": serializers.JobDetailReply}
    verb = staticmethod(operations.withdraw_job)


class Reassign(JobStep):
    """Give it to another contract; the collector who has it loses it, and the optimiser leaves the new job alone."""

    actions = {"POST": "job.reassign"}
    bodies = {"POST": serializers.ReassignForm}
    replies = {"POST": serializers.JobDetailReply}
    operation_ids = {"POST": "reassignJob"}
    verb = staticmethod(operations.reassign_job)


class Fail(HouseView):
    """A wasted journey, with its evidence; the pickup ends as failed."""

    actions = {"POST": "job.update"}
    bodies = {"POST": serializers.IncidentForm}
    replies = {"POST": serializers.JobDetailReply}
    operation_ids = {"POST": "failJob"}
    etags = frozenset({"POST"})

    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        asked, version = self.body(), if_match(request)
        return write(
            request,
            lambda actor, at: operations.fail_job(actor=actor, at=at, job_id=job_id, version=version, **asked),
            render=Seen.plain,
        )
