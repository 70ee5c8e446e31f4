"""A proxy between a program and llmtrace that saves what the program exports.

Each body is kept as it was sent, but decompressed, and with the folders of this machine replaced by text of the same
length, since protobuf contains the lengths of its texts.
"""

import gzip
import http.client
import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = ("connection", "transfer-encoding", "host", "content-length")


class Recording:
    """The folder of one program: NN.bin or NN.json, and index.json, which lists them in the order of arrival."""

    def __init__(self, folder, private_texts):
        self.folder = folder
        # Longest first: a folder before its parent.
        self.private_texts = sorted((text.encode() for text in private_texts), key=len, reverse=True)
        self.index = []
        self.lock = threading.Lock()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def add(self, path, headers, body):
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for text in self.private_texts:
            body = body.replace(text, b"/" + b"x" * (len(text) - 1))
        kind = headers.get("Content-Type", "")
        with self.lock:
            name = f"{len(self.index) + 1:02}." + ("json" if "json" in kind else "bin")
            (self.folder / name).write_bytes(body)
            self.index.append({"file": name, "path": path, "content_type": kind})
            (self.folder / "index.json").write_text(json.dumps(self.index, indent=2) + "\n")


def start(target, recordings):
    """A server on a free port, which a thread runs. The first segment of a path names the program."""
    address = urlsplit(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.body()
            program, path = re.fullmatch(r"/([^/]+)(/.*)", self.path).groups()
            recordings[program].add(path, self.headers, body)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def body(self):
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
