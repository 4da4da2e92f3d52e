"""HTTP: the API, its guards, and the page."""
