"""An application of the standard library alone, with what the tests ask for."""

import json
import os
import signal
import sys
import threading
import time

gate = threading.Event()


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/environ":
        shown = {k: v for k, v in environ.items() if isinstance(v, (str, int, bool))}
        start_response("200 OK", [("Content-Type", "application/json"), ("X-Pid", str(os.getpid()))])
        return [json.dumps(shown).encode()]
    if path == "/echo":
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return [body]
    if path == "/lines":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"%d:" % i + line for i, line in enumerate(environ["wsgi.input"]))
    if path == "/early":  # leaves the body
        start_response("403 Forbidden", [("Content-Length", "2")])
        return [b"no"]
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])

        def parts():
            for _ in range(3):
                yield environ["wsgi.input"].readline()

        return parts()
    if path == "/write":
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"by ")
        write(b"write")
        return []
    if path == "/nothing":
        start_response("204 No Content", [])
        return []
    if path == "/fail":
        raise RuntimeError("failed on purpose")
    if path == "/no-file":  # an OSError that is none of the connection
        open("/nowhere/to/be/found")
    if path == "/no-file-late":
        start_response("200 OK", [("Content-Type", "text/plain")])

        def missing():
            yield b"begun"
            open("/nowhere/to/be/found")

        return missing()
    if path == "/close":  # what closes the answer fails

        class Closed(list):
            def close(self):
                open("/nowhere/to/be/found")

        start_response("200 OK", [("Content-Type", "text/plain")])
        return Closed([b"whole"])
    if path == "/patient":  # takes it as it comes when the body is cut off
        try:
            environ["wsgi.input"].read()
        except OSError as e:
            print("cut off:", e, file=sys.stderr)
            raise
    if path == "/fail-late":
        start_response("200 OK", [("Content-Type", "text/plain")])

        def broken():
            yield b"begun"
            raise RuntimeError("failed late")

        return broken()
    if path == "/split":
        start_response("200 OK", [("X-A", "b\r\nSet-Cookie: c=d")])
        return [b"never"]
    if path == "/split-status":
        start_response("200 OK\r\nSet-Cookie: c=d", [])
        return [b"never"]
    if path == "/odd-status":
        start_response("fine", [])
        return [b"never"]
    if path == "/length":  # how, Content-Length and what is sent
        how, length, text = environ["QUERY_STRING"].split(",")
        write = start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", length)])
        parts = [part.encode() for part in (text[:3], text[3:])]
        if how == "write":
            for part in parts:
                write(part)
            return []
        return parts if how == "list" else iter(parts)
    if path == "/nap":
        time.sleep(float(environ["QUERY_STRING"]))
    if path == "/die":
        os.kill(os.getpid(), signal.SIGKILL)
    if path == "/hang":
        time.sleep(60)
    if path in ("/slow", "/long"):
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-Pid", str(os.getpid()))])

        def slow():
            yield b"begun "
            time.sleep(float(environ["QUERY_STRING"] or 0.5))
            yield b"done"

        return slow()
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"nothing here"]


def make():
    print("made by a factory", file=sys.stderr)
    return application
