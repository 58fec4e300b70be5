"""Renderer of one job: runs the function of its kind."""

from collections.abc import Callable
from dataclasses import dataclass

from models.errors import ErrorCode, ProcessingFailed
from models.jobs.transcript import Transcript
from pipeline.chat.model import ChatModel
from pipeline.kinds.registry import get_kind, load_run_function
from pipeline.kinds.running_job import JobResult, JobSpec, RunningJob
from pipeline.kinds.usage import Usage
from pipeline.progress import ProgressCallback
from pipeline.sandbox.client import SandboxClient, ignore
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
        self,
        spec: JobSpec,
        progress: ProgressCallback,
        is_cancelled: Callable[[], bool],
        usage: Usage,
        keep_transcript: Callable[[Transcript], None] = ignore,
    ) -> JobResult:
        """Make the files of a job; `keep_transcript` is called once its speech is transcribed.

        Raises RequestRejected, ProcessingFailed, JobCancelled, and what `keep_transcript` raises.
        """
        kind = get_kind(spec.kind)
        run = load_run_function(kind)
        tools = (self.sandbox, self.transcriber, progress, is_cancelled, usage, self.chat, keep_transcript)
        result = run(RunningJob(spec, *tools))
        made = [output.name for output in result.outputs]
        if made != [each.name for each in kind.outputs if each.name in made or not each.is_optional]:
            raise ProcessingFailed(ErrorCode.UNEXPECTED)
        return result
