"""The papers of the office: the book, its recaps and slips, set as PDF or written as tables."""
