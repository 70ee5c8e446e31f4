"""The programs and their dependencies. A program is a file with an expectation next to it.

An expectation may name a source file other than the one of its own name, and add variables to the environment:

    {"source": "openai_opentelemetry", "environment": {"NAME": "value"}, "spans": [...]}

A program in Python whose packages conflict with those of others has packages of its own, requirements-NAME.txt:

    {"packages": "NAME", "spans": [...]}

"on request" is the reason why a program runs only if it is named.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = ROOT.parent
EXPECTED = ".expected.json"
ON_REQUEST = "on request"
JAVA_CLASSES = ROOT / "java" / "target" / "interop"


@dataclass(frozen=True)
class Program:
    name: str
    language: str
    packages: str
    source: Path
    expected: dict
    command: tuple


def all_programs():
    """Returns all programs, sorted by name."""
    found = []
    for file in sorted(ROOT.glob("*/*" + EXPECTED)):
        stem = file.name.removesuffix(EXPECTED)
        language = file.parent.name
        expected = json.loads(file.read_text())
        packages = expected.get("packages", "")
        source, command = LANGUAGES[language](file.parent, expected.get("source", stem), packages)
        name = f"{language}-{stem.replace('_', '-')}"
        found.append(Program(name, language, packages, source, expected, tuple(map(str, command))))
    return sorted(found, key=lambda program: program.name)


def of_javascript(folder, stem, _):
    source = folder / f"{stem}.mjs"
    return source, ("node", source)


def of_python(folder, stem, packages):
    source = folder / f"{stem}.py"
    return source, (folder / suffixed(".venv", packages) / "bin" / "python", source)


def of_java(folder, stem, _):
    words = stem.split("-")
    main = "".join(word[:1].upper() + word[1:] for word in words)
    source = folder / "src/main/java/interop" / f"{main}.java"
    # These JVMs are short-lived: one compiler and a serial collector are enough, and leave a core to other programs.
    options = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
    return source, ("java", *options, "-cp", f"{JAVA_CLASSES}/classes:{JAVA_CLASSES}/lib/*", f"interop.{main}")


LANGUAGES = {"javascript": of_javascript, "python": of_python, "java": of_java}


def suffixed(name, packages):
    return f"{name}-{packages}" if packages else name


def install(language, packages):
    """Installs the locked versions, unless they are installed already."""
    folder = ROOT / language
    if language == "javascript":
        once(folder / "node_modules", [folder / "package-lock.json"], [["npm", "ci", "--ignore-scripts"]], folder)
    elif language == "python":
        venv = folder / suffixed(".venv", packages)
        pip = [venv / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet"]
        requirements = folder / (suffixed("requirements", packages) + ".txt")
        commands = [[sys.executable, "-m", "venv", "--clear", venv], [*pip, "-r", requirements]]
        once(venv, [requirements], commands, folder)
    else:
        sources = [folder / "pom.xml", *sorted((folder / "src").rglob("*.*"))]
        once(JAVA_CLASSES, sources, [["mvn", "-B", "-q", "-ntp", "process-classes"]], folder)


def once(target, inputs, commands, folder):
    """Runs the commands if the inputs have changed since the last run."""
    digest = hashlib.sha256()
    for file in inputs:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    stamp = target / ".installed"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print(f"interop: installing {target.relative_to(ROOT)} …", flush=True)
    for command in commands:
        if shutil.which(command[0]) is None:
            raise SystemExit(f"interop: needs {command[0]} for the programs in {folder.name}, and it is not on the PATH")
        done = subprocess.run(
            list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print((done.stdout + done.stderr)[-4000:], file=sys.stderr)
            raise SystemExit(f"interop: {' '.join(map(str, command))} failed with {done.returncode}")
    stamp.write_text(digest.hexdigest())


def environment(program, llmtrace, model):
    """Returns the environment of a program: what its user would set, with the stand-in for the model."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME") if name in os.environ},
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENAI_BASE_URL": model + "/v1",
        "OPENAI_API_KEY": "sk-fake",
        "ANTHROPIC_BASE_URL": model,
        "ANTHROPIC_API_KEY": "sk-fake",
        "GOOGLE_GEMINI_BASE_URL": model,
        "GOOGLE_API_KEY": "sk-fake",
        "OTEL_SERVICE_NAME": program.name,
        "OTEL_EXPORTER_OTLP_ENDPOINT": llmtrace,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRICS_EXPORTER": "none",
        # Exports everything at the end, so that the number of captured bodies does not depend on the machine's speed.
        "OTEL_BSP_SCHEDULE_DELAY": "60000",
        "OTEL_BLRP_SCHEDULE_DELAY": "60000",
        # A busy machine is no reason to lose spans. In milliseconds; Python takes the second one as seconds.
        "OTEL_BSP_EXPORT_TIMEOUT": "60000",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "60000",
        # Captured exports are committed, so they must not contain data of this machine.
        "OTEL_NODE_RESOURCE_DETECTORS": "env",
        "LANGFUSE_BASE_URL": llmtrace,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-interop",
        "LANGFUSE_SECRET_KEY": "sk-lf-interop",
        **program.expected.get("environment", {}),
    }
