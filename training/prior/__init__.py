"""What does the domain say before any label? Trees trained on many synthetic worlds whose truth is known."""
