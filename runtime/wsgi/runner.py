"""Serves one WSGI application (PEP 3333) on a Unix socket, over HTTP/1.1 with connections that are kept.

It needs nothing but Python's standard library. Its peer is the server that has started it, which bounds the connections: each has a
thread. Descriptor 3 tells that the process lives, once a second, from when the application is loaded; the end of standard input tells
that the server is gone.
"""

import importlib
import io
import os
import re
import signal
import socket
import sys
import threading
import traceback
from urllib.parse import unquote_to_bytes

MAX_LINE = 65536
MAX_UNREAD = 65536  # bytes of a body that are read in vain to keep the connection


class Stop(BaseException):
    """Ends the loop that accepts."""


class Gone(OSError):
    """The peer has hung up, or does not speak HTTP. Applications know it as the OSError that it is elsewhere."""


def of_peer(method):
    """What fails here is the connection, and none of the application's own files and sockets."""

    def call(*args):
        try:
            return method(*args)
        except (OSError, ValueError) as e:
            raise Gone(str(e)) from e

    return call


class Peer:
    """The two ends of a connection."""

    def __init__(self, sock):
        self.source, self.out = sock.makefile("rb"), sock.makefile("wb")
        self.readline, self.read1 = of_peer(self.source.readline), of_peer(self.source.read1)
        self.write, self.flush = of_peer(self.out.write), of_peer(self.out.flush)

    def close(self):
        try:
            self.out.close()
        except OSError:
            pass
        self.source.close()


class Body(io.RawIOBase):
    """The body of a request, of a length that is known or in chunks."""

    def __init__(self, source, length):
        self.source = source
        self.left = length  # of the body, or of a chunk; None: of a chunk whose size was not read
        self.chunked = length is None
        self.ended = length == 0

    def readable(self):
        return True

    def readinto(self, into):
        if self.ended:
            return 0
        if self.left is None:
            self.left = of_peer(int)(self.source.readline(MAX_LINE).split(b";")[0], 16)
            if self.left == 0:
                while self.source.readline(MAX_LINE).strip():
                    pass
                self.ended = True
                return 0
        data = self.source.read1(min(len(into), self.left))
        if not data:
            raise Gone("the body is cut off")
        into[: len(data)] = data
        self.left -= len(data)
        if self.left == 0:
            if self.chunked:
                self.source.readline(MAX_LINE)
                self.left = None
            else:
                self.ended = True
        return len(data)


def lengths_of(fields):
    return [value for name, value in fields if name.lower() == "content-length"]


class Exchange:
    """One request and its answer."""

    def __init__(self, server, connection, line):
        self.server = server
        self.out = connection.peer
        self.method, self.target, self.version = line.decode("latin-1").split()
        self.head = []
        self.keep = True
        self.status = None
        self.fields = []
        self.sent = False
        self.chunked = False
        self.left = None  # bytes of the Content-Length that the application has given; None: it has given none, or no body is sent
        length = 0
        while True:
            line = connection.peer.readline(MAX_LINE).decode("latin-1").rstrip("\r\n")
            if not line:
                break
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            self.head.append((name, value))
            if name == "content-length":
                length = int(value)
            elif name == "transfer-encoding":
                length = None
        self.body = Body(connection.peer, length)

    def environ(self):
        path, _, query = self.target.partition("?")
        root = self.server.root
        path = unquote_to_bytes(path).decode("latin-1")
        if root and (path == root or path.startswith(root + "/")):
            path = path[len(root) :]
        env = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": root,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": self.version,
            "SERVER_SOFTWARE": "tornadogen",
            "RAW_URI": self.target,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BufferedReader(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": self.server.threads > 1,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.head:
            if "_" in name:  # it would pass for another one
                continue
            key = name.upper().replace("-", "_")
            if key == "CONTENT_LENGTH" or key == "CONTENT_TYPE":
                env[key] = value
            elif key != "TRANSFER_ENCODING":
                key = "HTTP_" + key
                env[key] = env[key] + ("; " if key == "HTTP_COOKIE" else ",") + value if key in env else value
        env["REMOTE_ADDR"] = env.get("HTTP_X_FORWARDED_FOR", "")
        if env.get("HTTP_X_FORWARDED_PROTO") == "https":
            env["wsgi.url_scheme"] = "https"
        host, _, port = env.get("HTTP_HOST", "localhost").rpartition(":")
        if not host or not port.isdigit():
            host, port = env.get("HTTP_HOST", "localhost"), "443" if env["wsgi.url_scheme"] == "https" else "80"
        env["SERVER_NAME"], env["SERVER_PORT"] = host, port
        return env

    def start_response(self, status, fields, exc_info=None):
        if exc_info:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.status is not None:
            raise AssertionError("start_response was called before")
        if not re.fullmatch("[2-9][0-9][0-9]( [^\r\n\0]*)?", status):
            raise ValueError("the status %r cannot be sent" % status)
        for name, value in fields:
            if any(c in name + value for c in "\r\n\0"):
                raise ValueError("the header field %r cannot be sent" % name)
        lengths = lengths_of(fields)
        if len(lengths) > 1 or not all(re.fullmatch("[0-9]+", value) for value in lengths):
            raise ValueError("the Content-Length %r cannot be sent" % lengths)
        self.status, self.fields = status, list(fields)
        return self.write

    def send_head(self, length=None):
        if self.status is None:
            raise AssertionError("write before start_response")
        self.sent = True
        lengths = lengths_of(self.fields)
        code = int(self.status[:3])
        self.bare = self.method == "HEAD" or code in (204, 304)
        lines = ["HTTP/1.1 " + self.status]
        lines += [name + ": " + value for name, value in self.fields if name.lower() not in ("connection", "transfer-encoding")]
        if not self.bare:
            if lengths:
                self.left = int(lengths[0])
            elif length is None:
                self.chunked = True
                lines.append("Transfer-Encoding: chunked")
            else:
                lines.append("Content-Length: %d" % length)
        if self.server.stopping:
            self.keep = False
            lines.append("Connection: close")
        self.out.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def write(self, data, length=None):
        if not self.sent:
            self.send_head(length)
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        if not data or self.bare:
            return
        if self.chunked:
            self.out.write(b"%x\r\n%b\r\n" % (len(data), data))
        else:
            self.out.write(data)
        self.out.flush()

    def run(self):
        """Answers, and reports whether the connection can be kept."""
        result = None
        try:
            result = self.server.app(self.environ(), self.start_response)
            whole = isinstance(result, (list, tuple))
            length = sum(map(len, result)) if whole else None
            for data in result:
                if data:
                    self.write(data, length)
                if self.left == 0:
                    break  # more would be read as the next answer
            if not self.sent:
                self.write(b"", 0)
        except Gone:
            raise
        except Exception:
            traceback.print_exc()
            if self.sent:
                return False  # the client must see that it is not complete
            self.status, self.fields = "500 Internal Server Error", [("Content-Type", "text/plain")]
            self.keep = False
            self.write(b"the application has failed\n", 27)
        finally:
            self.close(result)
        if self.chunked:
            self.out.write(b"0\r\n\r\n")
        self.out.flush()
        return not self.left and self.keep and self.drain()  # who waits for what is left must see that it does not come

    def close(self, result):
        """Tells the application that its answer was taken, or was in vain. What fails then changes no answer."""
        try:
            if hasattr(result, "close"):
                result.close()
        except Gone:
            pass
        except Exception:
            traceback.print_exc()

    def drain(self):
        unread = bytearray(8192)
        for _ in range(MAX_UNREAD // len(unread)):
            if not self.body.readinto(unread):
                return True
        return False


class Connection:
    """One connection, with a thread to itself."""

    def __init__(self, server, sock):
        self.server, self.sock, self.peer = server, sock, Peer(sock)

    def serve(self):
        try:
            while self.server.idle(self):
                line = self.peer.readline(MAX_LINE)
                if not line or not self.server.busy(self):
                    break
                if not Exchange(self.server, self, line).run():
                    break
            self.linger()
        except (OSError, ValueError):
            pass  # the peer is gone
        finally:
            self.server.ended(self)
            self.peer.close()
            self.sock.close()

    def linger(self):
        """Lets the peer read the answer before it learns that nobody reads the rest of its body."""
        self.sock.shutdown(socket.SHUT_WR)
        self.sock.settimeout(5)
        for _ in range(1024):
            if not self.sock.recv(65536):
                break


class Server:
    def __init__(self, app, threads, root):
        self.app, self.threads, self.root = app, threads, root
        self.lock = threading.Condition()
        self.stopping = False
        self.connections = {}  # guarded by lock; whether they are busy

    def idle(self, connection):
        with self.lock:
            self.connections[connection] = False
            return not self.stopping

    def busy(self, connection):
        with self.lock:
            self.connections[connection] = True
            return True

    def ended(self, connection):
        with self.lock:
            self.connections.pop(connection, None)
            self.lock.notify_all()

    def serve(self, listener):
        try:
            while True:
                sock, _ = listener.accept()
                connection = Connection(self, sock)
                threading.Thread(target=connection.serve, daemon=True).start()
        except Stop:
            pass
        with self.lock:
            self.stopping = True
            for connection, busy in self.connections.items():
                if not busy:
                    connection.sock.shutdown(socket.SHUT_RD)
            while self.connections:
                self.lock.wait()


def load(name):
    """The application that "module:attribute" names, or makes if that ends in ()."""
    module, _, attribute = name.partition(":")
    attribute = attribute or "application"
    made = attribute.endswith("()")
    found = importlib.import_module(module)
    for part in (attribute[:-2] if made else attribute).split("."):
        found = getattr(found, part)
    return found() if made else found


def beat(fd):
    pause = threading.Event()
    try:
        while True:
            os.write(fd, b".")
            pause.wait(1)
    except OSError:
        os.kill(os.getpid(), signal.SIGTERM)


def watch():
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def stop(_signal, _frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stop


def main():
    name, path, threads = sys.argv[1:4]
    sys.argv = [name]
    sys.path.insert(0, os.getcwd())
    server = Server(load(name), int(threads), os.environ.get("SCRIPT_NAME", ""))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1024)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=beat, args=(3,), daemon=True).start()
    threading.Thread(target=watch, daemon=True).start()
    server.serve(listener)


if __name__ == "__main__":
    main()
