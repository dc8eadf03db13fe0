"""The stages, one file each: plain async functions from an event to events."""
