"""What every request and answer passes: middleware, bodies, errors, OpenAPI and rendering."""
