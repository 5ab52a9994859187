from django.urls import path

from . import views

urlpatterns = [
    path("jobs", views.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>", views.Job.as_view(), name="job"),
    path("jobs/<uuid:job_id>/assign-driver", views.AssignDriver.as_view(), name="job-assign-driver"),
    path("jobs/<uuid:job_id>/en-route", views.EnRoute.as_view(), name="job-en-route"),
    path("jobs/<uuid:job_id>/arrive", views.Arrive.as_view(), name="job-arrive"),
    path("jobs/<uuid:job_id>/incidents", views.Incidents.as_view(), name="job-incidents"),
    path("jobs/<uuid:job_id>/withdraw", views.Withdraw.as_view(), name="job-withdraw"),
    path("jobs/<uuid:job_id>/reassign", views.Reassign.as_view(), name="job-reassign"),
    path("jobs/<uuid:job_id>/fail", views.Fail.as_view(), name="job-fail"),
]
