"""Checks that the guides show code that runs: the lines between "guide: FILE" and "end" of a program."""

import re

from programs import LANGUAGES, REPOSITORY, ROOT

MARKED = re.compile(r"^ *(?://|#) guide: (\S+)\n(.*?)^ *(?://|#) end$", re.MULTILINE | re.DOTALL)
SUFFIXES = (".mjs", ".py", ".java", ".xml", ".yaml", ".properties")


def problems():
    """Returns the snippets that are missing in the guide that they name."""
    found = []
    for language in LANGUAGES:
        for file in sorted((ROOT / language).glob("*.*")) + sorted((ROOT / language / "src").rglob("*.*")):
            if file.suffix in SUFFIXES:
                for guide, snippet in MARKED.findall(file.read_text()):
                    text = (REPOSITORY / guide).read_text() if (REPOSITORY / guide).is_file() else ""
                    if dedented(snippet) not in text:
                        found.append(f"{guide} does not show the snippet of {file.relative_to(REPOSITORY)}")
    return found


def dedented(snippet):
    lines = snippet.splitlines()
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[margin:] for line in lines).strip()
