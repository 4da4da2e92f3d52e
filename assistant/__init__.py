"""The reader: answers with checked citations, over HTTP and in the browser."""
