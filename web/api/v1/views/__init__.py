"""The API's doors: JSON only, one error shape."""
