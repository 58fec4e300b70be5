"""Renderer of one job: runs the function of its kind."""

from collections.abc import Callable
from dataclasses import dataclass

from models.errors import ErrorCode, ProcessingFailed
from pipeline.chat.model import ChatModel
from pipeline.kinds.registry import get_kind, load_run_function
from pipeline.kinds.running_job import JobResult, JobSpec, RunningJob, Usage
from pipeline.progress import ProgressCallback
from pipeline.sandbox.client import SandboxClient
from pipeline.speech.transcription import Transcriber


@dataclass(frozen=True, slots=True)
class Renderer:
    """Runs jobs of every registered kind."""

    sandbox: SandboxClient
    transcriber: Transcriber
    chat: ChatModel | None = None

    @property
    def has_chat_model(self) -> bool:
        return self.chat is not None

    def render(
        self, spec: JobSpec, progress: ProgressCallback, is_cancelled: Callable[[], bool], usage: Usage
    ) -> JobResult:
        """Make the files of a job. Raises RequestRejected, ProcessingFailed or JobCancelled."""
        kind = get_kind(spec.kind)
        run = load_run_function(kind)
        result = run(RunningJob(spec, self.sandbox, self.transcriber, progress, is_cancelled, usage, self.chat))
        if [output.name for output in result.outputs] != [output.name for output in kind.outputs]:
            raise ProcessingFailed(ErrorCode.UNEXPECTED)
        return result
