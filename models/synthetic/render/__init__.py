"""Pictures and exact truth of surfaces."""
