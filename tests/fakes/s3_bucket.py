"""A real S3 endpoint on this machine, and buckets in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.server import ThreadedMotoServer

from models.settings import Settings
from storage.media.file_cache import FileCache
from storage.media.s3 import S3MediaStore


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A bucket; `client` is boto3's, to inspect it directly."""

    endpoint: str
    name: str
    client: Any

    def build_settings(self, folder: Path, prefix: str = "films") -> Settings:
        return Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=folder,
            media_url=f"s3://{self.name}/{prefix}",
            s3_endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def open_store(self, folder: Path) -> S3MediaStore:
        """A media store with its cache in that folder; all share one client, which is slow to create."""
        return S3MediaStore(self.client, self.name, "films/", FileCache(folder / "cache", 2**30))

    def list_keys(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.name)
        return [item["Key"] for item in listed.get("Contents", [])]

    def list_unfinished_uploads(self) -> list[str]:
        """Keys of unfinished multipart uploads."""
        listed = self.client.list_multipart_uploads(Bucket=self.name)
        return [item["Key"] for item in listed.get("Uploads", [])]

    def to_unreachable(self) -> "S3Bucket":
        """The same bucket at an unreachable address."""
        return replace(self, endpoint="http://127.0.0.1:9")


@contextmanager
def serve_s3() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def create_bucket(endpoint: str, client: Any) -> S3Bucket:
    bucket = S3Bucket(endpoint, f"bucket-{uuid4().hex[:12]}", client)
    client.create_bucket(Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": "auto"})
    return bucket
