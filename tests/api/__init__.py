"""The JSON API as a whole: limits, the document, its pages, the tour."""
