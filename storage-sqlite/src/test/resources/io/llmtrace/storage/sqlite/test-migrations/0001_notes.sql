-- a comment; with a semicolon
CREATE TABLE notes (
  text TEXT -- what it says
);
