"""Bytes at the door: uploads held in memory only.

An upload above the limit is not kept but read to its end, so that the rest of the form survives: its CSRF token (which
Django looks for before any view runs) and what was typed. The view then finds a file whose `size` is above the limit
and answers 413 with its own page. Only a body of more than `DRAINED_TIMES` the limit is refused unread.
"""

import io
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

DRAINED_TIMES = 8
# The name on somebody's computer may hold a person's name or number: it goes no further than the handler.
UPLOAD_NAME = "fichier"


class MemoryUploadHandler(FileUploadHandler):
    """Holds at most UPLOAD_MAX_BYTES for all files of a request together; never touches the disk."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.file = io.BytesIO()
        self.total = 0

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: Any,  # noqa: N803  Django hands it over by this name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.UPLOAD_MAX_BYTES * DRAINED_TIMES:
            raise RequestDataTooBig("The body is many times larger than any file that is taken.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.total += len(raw_data)
        if self.is_over:
            self.file = io.BytesIO()
        else:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, its kind unsaid. Over the limit: empty, with the size of all that came."""
        self.file.seek(0)
        size = self.total if self.is_over else file_size
        return InMemoryUploadedFile(self.file, self.field_name, UPLOAD_NAME, None, size, None)

    @property
    def is_over(self) -> bool:
        return bool(self.total > settings.UPLOAD_MAX_BYTES)
