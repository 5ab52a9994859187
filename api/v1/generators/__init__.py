"""A newcomer becomes a generator: organisation, enrolment and first site in one request."""
