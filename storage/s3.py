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

from models.limits import limits
from models.settings import Settings
from storage.cache import Copy, FileCache
from storage.media import is_key, new_key

# Newer checksums are sent and validated only where S3 requires them: compatible services reject them.
CONFIG = Config(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
    tcp_keepalive=True,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
HASTY = CONFIG.merge(Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1}))
TRANSFER = TransferConfig(multipart_threshold=16 * 2**20, multipart_chunksize=16 * 2**20, max_concurrency=4)
TRUSTED = 60.0  # seconds after its last use in which a copy is used without checking the bucket
MISSING = frozenset({"404", "NoSuchKey"})
DENIED = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})
FULL = frozenset({"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "507"})


@dataclass(frozen=True, slots=True)
class S3Media:
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
    def open(cls, settings: Settings, config: Config = CONFIG) -> Self:
        """Create the store of MEDIA_URL, without a network request."""
        bucket, _, prefix = settings.media.removeprefix("s3://").partition("/")
        cache = FileCache(settings.data_dir.resolve() / "cache", limits().disk.cache)
        return cls(client_of(settings, config), bucket, f"{prefix.strip('/')}/".lstrip("/"), cache)

    def put(self, source: Path) -> str:
        key = new_key()
        with self._asking(key):
            self.client.upload_file(str(source), self.bucket, self._name(key), Config=TRANSFER)
        with suppress(OSError):  # the copy is only an optimisation
            self.cache.take(key, source)
        source.unlink(missing_ok=True)
        return key

    def path(self, key: str) -> Path:
        if not is_key(key):
            raise FileNotFoundError(key)
        copy = self.cache.find(key)
        if copy is not None and self._is_current(key, copy):
            with suppress(FileNotFoundError):  # evicted by another process meanwhile
                return self.cache.use(copy)
        return self.cache.fill(key, lambda passing: self._fetch(key, passing))

    def delete(self, key: str) -> None:
        if not is_key(key):
            raise FileNotFoundError(key)
        self.cache.forget(key)
        with self._asking(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._name(key))

    def older_than(self, seconds: float) -> Iterator[str]:
        """Also aborts incomplete uploads; objects that were not stored by this class are ignored."""
        before = datetime.fromtimestamp(self.time(), UTC) - timedelta(seconds=seconds)
        self.cache.clear()
        self._abort_uploads(before)
        for item in self._listed("list_objects_v2", "Contents"):
            key = item["Key"].removeprefix(self.prefix)
            if item["LastModified"] < before and is_key(key):
                yield key

    def trim(self, *, hard: bool = False) -> None:
        self.cache.clear(0 if hard else None)

    def rehearse(self) -> Iterator[str]:
        """Perform each operation on a small object; yields the name of the next one, which raises when it fails."""
        key = new_key()
        small = {"Bucket": self.bucket, "Key": self._name(key)}
        yield "write"
        with self._asking(key):
            self.client.put_object(**small, Body=b"rehearsal")
        yield "read"
        with self._asking(key):
            self.client.get_object(**small)["Body"].read()
        yield "list"
        for operation, part in (("list_objects_v2", "Contents"), ("list_multipart_uploads", "Uploads")):
            next(self._listed(operation, part), None)
        yield "delete"
        with self._asking(key):
            self.client.delete_object(**small)

    def _is_current(self, key: str, copy: Copy) -> bool:
        """Whether a copy may be used; it may while the bucket is unreachable. Raises FileNotFoundError if deleted."""
        if self.time() - copy.used_at < TRUSTED:
            return True
        try:
            with self._asking(key):
                self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except FileNotFoundError:
            self.cache.forget(key)
            raise
        except ConnectionError:
            return True
        return True

    def _fetch(self, key: str, target: Path) -> None:
        with self._asking(key):
            self.client.download_file(self.bucket, self._name(key), str(target), Config=TRANSFER)

    def _abort_uploads(self, before: datetime) -> None:
        for upload in self._listed("list_multipart_uploads", "Uploads"):
            name = upload["Key"]
            if upload["Initiated"] < before and is_key(name.removeprefix(self.prefix)):
                with self._asking(name):
                    self.client.abort_multipart_upload(Bucket=self.bucket, Key=name, UploadId=upload["UploadId"])

    def _listed(self, operation: str, part: str) -> Iterator[dict[str, Any]]:
        pages = iter(self.client.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=self.prefix))
        while True:
            with self._asking(self.prefix):
                page = next(pages, None)
            if page is None:
                return
            yield from page.get(part, ())

    def _name(self, key: str) -> str:
        return f"{self.prefix}{key}"

    @contextmanager
    def _asking(self, key: str) -> Iterator[None]:
        """Translate errors of boto3 into those of a file system."""
        with said(key, self._is_there):
            yield

    def _is_there(self) -> bool:
        """Whether the bucket itself exists: for a missing one S3 answers 404, too."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except (ClientError, BotoCoreError):
            return False
        return True


@contextmanager
def said(key: str, is_there: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Translate errors of boto3 into those listed at S3MediaStore. `has_bucket` checks for the bucket itself."""
    try:
        yield
    except ClientError as error:
        if _code(error) in MISSING and is_there():
            raise FileNotFoundError(key) from error
        raise _failure(_code(error)) from error
    except (BotoCoreError, Boto3Error) as error:
        cause = error.__context__
        raise _failure(_code(cause) if isinstance(cause, ClientError) else type(error).__name__) from error


def client_of(settings: Settings, config: Config = CONFIG) -> Any:
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
    elsewhere = config.merge(Config(s3={"addressing_style": "path"}))  # a self-hosted server has no host per bucket
    return session.client("s3", endpoint_url=endpoint, region_name=session.region_name or "auto", config=elsewhere)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _failure(code: str) -> OSError:
    if code in DENIED:
        return PermissionError(errno.EACCES, f"the bucket refused: {code}")
    if code in FULL:
        return OSError(errno.ENOSPC, f"the bucket is full: {code}")
    return ConnectionError(f"the bucket cannot be used: {code}")
