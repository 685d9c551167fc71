"""Who may do what: permissions, API keys and sessions."""
