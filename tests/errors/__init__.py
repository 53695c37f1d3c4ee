"""What kerax says to every mistake: tables of mistakes, and the rules every message keeps."""
