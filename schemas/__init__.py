"""The contract: events, topics, finding codes and storage keys that shops and every part of Virton share."""
