"""What it means and whom to tell: rules, matching, takedowns, digest, delivery."""
