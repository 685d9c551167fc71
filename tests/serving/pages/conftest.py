"""The site and the browser of the pages' tests."""

from tests.serving.pages.test_browser import browser, site

__all__ = ["browser", "site"]
