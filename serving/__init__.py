"""How is a case scored, shown and remembered? The HTTP service, its pages, and the decisions it stores."""
