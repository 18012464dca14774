"""What is missing or wrong, in words, each with what to do about it: facteur doctor."""
