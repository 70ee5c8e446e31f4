"""The servers that run while the programs do."""

import contextlib
import re
import subprocess
import threading

import capture
import model
from programs import REPOSITORY

READY = re.compile(r"llmtrace listens on ([^,;\s]+)")


@contextlib.contextmanager
def served(server):
    """Yields the URL of a server that a thread runs."""
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def fake_model():
    return served(model.start())


def capturing(llmtrace, recordings):
    return served(capture.start(llmtrace, recordings))


@contextlib.contextmanager
def llmtrace(folder):
    """Yields the URL of `llmtrace serve` over an empty folder; its launcher builds it first if necessary."""
    log = folder / "llmtrace.log"
    command = [REPOSITORY / "llmtrace", "serve", "--port", "0", "--otlp-ports", "false", "--data", folder / "data"]
    with open(log, "wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        found = next((ready for line in process.stdout if (ready := READY.match(line))), None)
        if found is None:
            raise SystemExit("interop: llmtrace does not start:\n" + log.read_text(errors="replace")[-4000:])
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield found.group(1)
    finally:
        process.terminate()
        process.wait(30)
