"""The HTTP gateway and the fitting-room page."""
