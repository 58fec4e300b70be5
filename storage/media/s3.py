"""Media store on a bucket of Amazon S3, or of a compatible service such as Cloudflare R2."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from models.limits import load_limits
from models.settings import Settings
from storage.media.file_cache import CachedFile, FileCache
from storage.media.media_store import generate_key, is_key

# Newer checksums are sent and validated only where S3 requires them: compatible services reject them.
CLIENT_CONFIG = Config(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
    tcp_keepalive=True,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
FAIL_FAST_CONFIG = CLIENT_CONFIG.merge(
    Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
)
TRANSFER_CONFIG = TransferConfig(multipart_threshold=16 * 2**20, multipart_chunksize=16 * 2**20, max_concurrency=4)
COPY_TRUST_SECONDS = 60.0  # seconds after its last use in which a copy is used without checking the bucket
NOT_FOUND_CODES = frozenset({"404", "NoSuchKey"})
ACCESS_DENIED_CODES = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})
STORAGE_FULL_CODES = frozenset({"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "507"})


@dataclass(frozen=True, slots=True)
class S3MediaStore:
    """Media store on a bucket, each file an object under `prefix` and its key.

    Uploads are atomic. Files are read from local copies, shared by the processes of a machine; machines share only the
    bucket.

    Raises FileNotFoundError for missing objects, PermissionError when access is denied, OSError with ENOSPC when the
    bucket is full, and ConnectionError for all other failures.
    """

    client: Any  # boto3 generates the methods of its clients at run time
    bucket: str
    prefix: str
    cache: FileCache
    time: Callable[[], float] = time.time

    @classmethod
    def open(cls, settings: Settings, config: Config = CLIENT_CONFIG) -> Self:
        """Create the store of MEDIA_URL, without a network request."""
        bucket, _, prefix = settings.media_location.removeprefix("s3://").partition("/")
        cache = FileCache(settings.data_dir.resolve() / "cache", load_limits().disk.cache)
        return cls(create_client(settings, config), bucket, f"{prefix.strip('/')}/".lstrip("/"), cache)

    def put(self, source: Path) -> str:
        key = generate_key()
        with self._translate_errors(key):
            self.client.upload_file(str(source), self.bucket, self._object_key_of(key), Config=TRANSFER_CONFIG)
        with suppress(OSError):  # the copy is only an optimisation
            self.cache.move_in(key, source)
        source.unlink(missing_ok=True)
        return key

    def get_local_path(self, key: str) -> Path:
        if not is_key(key):
            raise FileNotFoundError(key)
        copy = self.cache.find(key)
        if copy is not None and self._is_copy_valid(key, copy):
            with suppress(FileNotFoundError):  # evicted by another process meanwhile
                return self.cache.touch(copy)
        return self.cache.fill(key, lambda partial: self._download(key, partial))

    def delete(self, key: str) -> None:
        if not is_key(key):
            raise FileNotFoundError(key)
        self.cache.remove(key)
        with self._translate_errors(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._object_key_of(key))

    def list_older_than(self, seconds: float) -> Iterator[str]:
        """Also aborts incomplete uploads; objects that were not stored by this class are ignored."""
        before = datetime.fromtimestamp(self.time(), UTC) - timedelta(seconds=seconds)
        self.cache.evict()
        self._abort_uploads(before)
        for item in self._paginate("list_objects_v2", "Contents"):
            key = item["Key"].removeprefix(self.prefix)
            if item["LastModified"] < before and is_key(key):
                yield key

    def trim(self, *, hard: bool = False) -> None:
        self.cache.evict(0 if hard else None)

    def check_access(self) -> Iterator[str]:
        """Perform each operation on a small object; yields the name of the next one, which raises when it fails."""
        key = generate_key()
        object_args = {"Bucket": self.bucket, "Key": self._object_key_of(key)}
        yield "write"
        with self._translate_errors(key):
            self.client.put_object(**object_args, Body=b"rehearsal")
        yield "read"
        with self._translate_errors(key):
            self.client.get_object(**object_args)["Body"].read()
        yield "list"
        for operation, result_key in (("list_objects_v2", "Contents"), ("list_multipart_uploads", "Uploads")):
            next(self._paginate(operation, result_key), None)
        yield "delete"
        with self._translate_errors(key):
            self.client.delete_object(**object_args)

    def _is_copy_valid(self, key: str, copy: CachedFile) -> bool:
        """Whether a copy may be used; it may while the bucket is unreachable. Raises FileNotFoundError if deleted."""
        if self.time() - copy.used_at < COPY_TRUST_SECONDS:
            return True
        try:
            with self._translate_errors(key):
                self.client.head_object(Bucket=self.bucket, Key=self._object_key_of(key))
        except FileNotFoundError:
            self.cache.remove(key)
            raise
        except ConnectionError:
            return True
        return True

    def _download(self, key: str, target: Path) -> None:
        with self._translate_errors(key):
            self.client.download_file(self.bucket, self._object_key_of(key), str(target), Config=TRANSFER_CONFIG)

    def _abort_uploads(self, before: datetime) -> None:
        for upload in self._paginate("list_multipart_uploads", "Uploads"):
            object_key = upload["Key"]
            if upload["Initiated"] < before and is_key(object_key.removeprefix(self.prefix)):
                with self._translate_errors(object_key):
                    self.client.abort_multipart_upload(Bucket=self.bucket, Key=object_key, UploadId=upload["UploadId"])

    def _paginate(self, operation: str, result_key: str) -> Iterator[dict[str, Any]]:
        pages = iter(self.client.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=self.prefix))
        while True:
            with self._translate_errors(self.prefix):
                page = next(pages, None)
            if page is None:
                return
            yield from page.get(result_key, ())

    def _object_key_of(self, key: str) -> str:
        return f"{self.prefix}{key}"

    @contextmanager
    def _translate_errors(self, key: str) -> Iterator[None]:
        """Translate errors of boto3 into those of a file system."""
        with translate_errors(key, self._has_bucket):
            yield

    def _has_bucket(self) -> bool:
        """Whether the bucket itself exists: for a missing one S3 answers 404, too."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except (ClientError, BotoCoreError):
            return False
        return True


@contextmanager
def translate_errors(key: str, has_bucket: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Translate errors of boto3 into those listed at S3MediaStore. `has_bucket` checks for the bucket itself."""
    try:
        yield
    except ClientError as error:
        if _error_code_of(error) in NOT_FOUND_CODES and has_bucket():
            raise FileNotFoundError(key) from error
        raise _to_os_error(_error_code_of(error)) from error
    except (BotoCoreError, Boto3Error) as error:
        cause = error.__context__
        raise _to_os_error(_error_code_of(cause) if isinstance(cause, ClientError) else type(error).__name__) from error


def create_client(settings: Settings, config: Config = CLIENT_CONFIG) -> Any:
    """Create the boto3 client for the settings, without a network request."""
    secret, token = settings.aws_secret_access_key, settings.aws_session_token
    session = boto3.Session(
        aws_access_key_id=settings.aws_access_key_id,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        aws_session_token=token.get_secret_value() if token else None,
    )
    endpoint = settings.s3_endpoint_url or None
    if endpoint is None:
        return session.client("s3", config=config)
    path_style_config = config.merge(
        Config(s3={"addressing_style": "path"})
    )  # a self-hosted server has no host per bucket
    return session.client(
        "s3", endpoint_url=endpoint, region_name=session.region_name or "auto", config=path_style_config
    )


def _error_code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _to_os_error(code: str) -> OSError:
    if code in ACCESS_DENIED_CODES:
        return PermissionError(errno.EACCES, f"the bucket refused: {code}")
    if code in STORAGE_FULL_CODES:
        return OSError(errno.ENOSPC, f"the bucket is full: {code}")
    return ConnectionError(f"the bucket cannot be used: {code}")
