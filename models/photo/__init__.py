"""Photos: decoding that survives anything, encoding, and the checks that tell a shopper what to do better."""
