"""Runs the programs and compares the spans that llmtrace stores with the expected ones. See ../README.md."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import compare
import guides
import programs
import servers
import stored
from capture import Recording

CAPTURED = programs.REPOSITORY / "otlp/src/test/resources/captured"
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    program: programs.Program
    seconds: float
    problems: list
    stored: list


def main():
    options = parse()
    test_harness()
    chosen = choose(options.names)
    with ThreadPoolExecutor() as installers:
        installed = dict.fromkeys((program.language, program.packages) for program in chosen)
        list(installers.map(programs.install, *zip(*installed)))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="interop-") as folder, ExitStack() as running:
        model = running.enter_context(servers.fake_model())
        llmtrace = running.enter_context(servers.llmtrace(Path(folder)))
        endpoint = running.enter_context(servers.capturing(llmtrace, record(chosen))) if options.capture else None
        with ThreadPoolExecutor(max_workers=2) as workers:
            outcomes = list(workers.map(lambda program: run(program, llmtrace, endpoint, model), chosen))
    if options.print:
        for outcome in outcomes:
            print(json.dumps({"spans": compare.as_expected(outcome.stored)}, indent=2, ensure_ascii=False))
    report(outcomes, guides.problems(), time.monotonic() - started)


def test_harness():
    """Tests the comparison first: if it found no differences, everything would pass."""
    tests = unittest.defaultTestLoader.loadTestsFromName("test_compare")
    if not unittest.TextTestRunner(verbosity=0).run(tests).wasSuccessful():
        sys.exit("interop: the comparison is broken")


def parse():
    parser = argparse.ArgumentParser(prog="interop/run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a program, or its first words, such as python; default: all")
    parser.add_argument("--capture", action="store_true", help="keep what the programs export in " + str(
        CAPTURED.relative_to(programs.REPOSITORY)))
    parser.add_argument("--print", action="store_true", help="print what is stored, with all attributes, as JSON")
    return parser.parse_args()


def choose(names):
    known = programs.all_programs()
    for name in names:
        if not any(matches(program, name) for program in known):
            sys.exit(f"interop: no program '{name}'; there are " + ", ".join(program.name for program in known))
    return [program for program in known if selected(program, names)]


def selected(program, names):
    if programs.ON_REQUEST in program.expected:
        return program.name in names
    return not names or any(matches(program, name) for name in names)


def matches(program, name):
    """Returns whether a program has this name or prefix, such as "java" for all programs in Java."""
    return program.name == name or program.name.startswith(name + "-")


def record(chosen):
    private = [str(programs.REPOSITORY), str(Path.home()), sys.base_prefix]
    return {program.name: Recording(CAPTURED / program.name, private) for program in chosen}


def run(program, llmtrace, endpoint, model):
    started = time.monotonic()
    problems = []
    environment = programs.environment(program, f"{endpoint}/{program.name}" if endpoint else llmtrace, model)
    try:
        done = subprocess.run(
            program.command,
            env=environment,
            cwd=program.source.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            problems.append(f"exit code {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
    except subprocess.TimeoutExpired:
        problems.append(f"still runs after {PATIENCE_SECONDS} s")
    found = stored.trees(llmtrace, program.name)
    problems += compare.differences(program.expected, found)
    return Outcome(program, time.monotonic() - started, problems, found)


def report(outcomes, guide_problems, seconds):
    """Prints a line with counts, and exits with 1 if anything failed."""
    lines = [(outcome.program.name, f"{outcome.seconds:5.1f} s", outcome.problems) for outcome in outcomes]
    lines.append(("docs/instrument", "", guide_problems))
    for name, _, problems in lines:
        for problem in problems:
            print(f"{name} {problem}")
    print()
    for name, time_taken, problems in lines:
        print(f"{name:<40} {time_taken:>7}  {f'{len(problems)} wrong' if problems else 'ok'}")
    run = {outcome.program.name for outcome in outcomes}
    for program in programs.all_programs():
        if programs.ON_REQUEST in program.expected and program.name not in run:
            print(f"{program.name:<40} not run: {program.expected[programs.ON_REQUEST]}")
    failed = sum(1 for _, _, problems in lines if problems)
    print(f"\ninterop: in {seconds:.0f} s:\n{len(lines) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
