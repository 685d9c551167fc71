"""The pages: one dataclass and one template each."""
