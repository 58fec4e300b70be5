"""Versions of a result: jobs of one kind that were made from one file."""

from sqlmodel import Session, col, select

from models.jobs.job import Job, JobInput, JobStatus

_ENDED_IN_VAIN = (JobStatus.FAILED, JobStatus.CANCELLED)


def list_versions(session: Session, job: Job) -> list[Job]:
    """Jobs of the kind and the first input of a job that are done or not yet ended, itself among them."""
    first_input = select(JobInput.media_id).where(col(JobInput.job_id) == job.id, col(JobInput.position) == 0)
    statement = (
        select(Job)
        .join(JobInput, col(JobInput.job_id) == col(Job.id))
        .where(col(JobInput.media_id).in_(first_input), col(JobInput.position) == 0)
        .where(col(Job.kind) == job.kind, col(Job.status).not_in(_ENDED_IN_VAIN))
    )
    return list(session.exec(statement))


def count_repeats(session: Session, job: Job) -> int:
    """How often the result of a job was made again, with other options or words."""
    return sum(each.parent_id is not None for each in list_versions(session, job))
