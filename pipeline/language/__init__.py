"""What English says, word by word: sentences, words, numbers, dates. Pure functions of text."""
