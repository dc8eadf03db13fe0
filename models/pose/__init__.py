"""Who is in a photo and how they stand: landmarks, person masks, orientation."""
