from django.core.files.uploadhandler import MemoryFileUploadHandler as MemoryUploadHandler  # noqa: F401
