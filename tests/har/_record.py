#!/usr/bin/python3
"""Records the pages of tests/har/data/README.md: serves a small site with nginx, lets headless Chromium load it, and
writes what its Network panel would export. Needs nginx, chromium, openssl and python3-websocket.

    tests/har/_record.py http1 FILE.har      plain HTTP/1.1, a second host, a redirect on the way to the page
    tests/har/_record.py http2 FILE.har      HTTP/2 over TLS
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from datetime import datetime, timezone

import websocket

HTTP, HTTPS, DEBUG = 8081, 8443, 9333
IDLE = 1.5  # seconds without an event: the page is done

HTML = """<!doctype html><title>A small page</title>
<link rel="stylesheet" href="/style.css"><script src="/app.js"></script>
<script src="{cdn}/late.js" async></script>
<img src="/photo.png"><img src="/icon.png"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<iframe src="/frame.html"></iframe>
<p>{text}</p>"""

SITE = {
    "style.css": "@import url('/print.css'); body { background: url('/back.png') }" + "/* padding */" * 200,
    "print.css": "p { color: black }",
    "app.js": "addEventListener('load', () => { fetch('/data.json', { method: 'POST', body: 'x'.repeat(100) });"
              " new Image().src = '/missing.png'; });" + "// padding\n" * 900,
    "late.js": "new Image().src = '/pixel.gif?id=1';",
    "warm.html": "<!doctype html>",
    "frame.html": "<!doctype html><img src='/photo.png'><img src='/framed.png'>",
    "data.json": '{"ok": true}',
}

CONFIG = """
daemon off; user root; pid {d}/nginx.pid; error_log stderr crit;
events {{ }}
http {{
    access_log off; root {d}/site; types {{ text/html html; text/css css; application/javascript js; image/png png;
        image/jpeg jpg; image/gif gif; application/json json; }}
    client_body_temp_path {d}/body; proxy_temp_path {d}/proxy; fastcgi_temp_path {d}/fastcgi;
    uwsgi_temp_path {d}/uwsgi; scgi_temp_path {d}/scgi; gzip on; gzip_types text/css application/javascript;
    absolute_redirect off; keepalive_timeout 1s; limit_rate 500k;
    server {{
        listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl http2;
        ssl_certificate {d}/cert.pem; ssl_certificate_key {d}/key.pem;
        location = /start {{ return 302 /index.html; }}
        location = /data.json {{ error_page 405 =200 $uri; }}
    }}
}}
"""


def noise(draw, side):
    """A PNG of so many pixels squared that cannot be compressed."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + draw.randbytes(3 * side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_site(folder, cdn):
    os.makedirs(f"{folder}/site")
    draw = random.Random(1)
    files = dict(SITE)
    files["index.html"] = HTML.format(cdn=cdn, text="The quick brown fox jumps over the lazy dog. " * 400)
    for name, text in files.items():
        with open(f"{folder}/site/{name}", "w") as f:
            f.write(text)
    for name, side in {"photo.png": 180, "icon.png": 30, "back.png": 100, "framed.png": 60, "pixel.gif": 1}.items():
        with open(f"{folder}/site/{name}", "wb") as f:
            f.write(noise(draw, side))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=www.example.com", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
                   check=True, stderr=subprocess.DEVNULL)
    with open(f"{folder}/nginx.conf", "w") as f:
        f.write(CONFIG.format(d=folder, http=HTTP, https=HTTPS))


def until_idle(socket):
    events = []
    while True:
        try:
            message = json.loads(socket.recv())
        except websocket.WebSocketTimeoutException:
            return events
        if "method" in message:
            events.append((message["method"], message["params"]))


def browse(url):
    """Every event of the page's load: (method, parameters) pairs."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{DEBUG}/json/list") as reply:
                targets = [t for t in json.load(reply) if t["type"] == "page"]
                break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit("chromium does not answer")
    socket = websocket.create_connection(targets[0]["webSocketDebuggerUrl"], suppress_origin=True)
    socket.settimeout(IDLE)
    for method in ("Network.enable", "Page.enable"):
        socket.send(json.dumps({"id": 1, "method": method}))
    # The first page starts a process, and early events are lost with it; its connection is closed when it is idle.
    for address in (url.rsplit("/", 1)[0] + "/warm.html", url):
        socket.send(json.dumps({"id": 2, "method": "Page.navigate", "params": {"url": address}}))
        events = until_idle(socket)
    socket.close()
    return events


def date(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pairs(headers):
    return [{"name": k, "value": line} for k, v in headers.items() for line in v.split("\n")]


class Request:
    def __init__(self, sent):
        self.sent, self.response, self.end, self.length, self.error = sent, None, sent["timestamp"], 0, None
        self.size, self.cached, self.response_text = 0, False, None

    def timings(self):
        timing = (self.response or {}).get("timing")
        total = (self.end - self.sent["timestamp"]) * 1e3
        if not timing:
            return {"blocked": total if self.error else -1, "dns": -1, "ssl": -1, "connect": -1, "send": 0,
                    "wait": 0 if self.error else total, "receive": 0, "_blocked_queueing": -1}
        queueing = (timing["requestTime"] - self.sent["timestamp"]) * 1e3
        first = next(timing[k] for k in ("dnsStart", "connectStart", "sendStart") if timing[k] >= 0)

        def span(name):
            return timing[name + "End"] - timing[name + "Start"] if timing[name + "Start"] >= 0 else -1
        received = max(total - queueing - timing["receiveHeadersEnd"], 0)
        return {"blocked": queueing + first, "dns": span("dns"), "ssl": span("ssl"), "connect": span("connect"),
                "send": span("send"), "wait": timing["receiveHeadersEnd"] - timing["sendEnd"], "receive": received,
                "_blocked_queueing": queueing}

    def entry(self):
        request, r = self.sent["request"], self.response or {}
        timings = {k: round(v, 3) for k, v in self.timings().items()}
        phases = [timings[k] for k in ("blocked", "dns", "connect", "send", "wait", "receive")]
        version = {"h2": "http/2.0", "": "http/0.9"}.get(r.get("protocol", ""), r.get("protocol", ""))
        headers_size = len(self.response_text) if self.response_text else -1
        body = -1 if headers_size < 0 else self.length - headers_size
        entry = {
            "_initiator": self.sent["initiator"], "_priority": request["initialPriority"],
            "_resourceType": self.sent.get("type", "Other").lower(), "cache": {},
            "connection": str(r.get("connectionId", "")), "pageref": "page_1",
            "request": {"method": request["method"], "url": request["url"], "httpVersion": version,
                        "headers": pairs(r.get("requestHeaders") or request["headers"]), "queryString": [],
                        "cookies": [], "headersSize": -1, "bodySize": len(request.get("postData", ""))},
            "response": {"status": r.get("status", 0), "statusText": r.get("statusText", ""), "httpVersion": version,
                         "headers": pairs(r.get("headers", {})), "cookies": [],
                         "content": {"size": self.size, "mimeType": r.get("mimeType", "x-unknown")},
                         "redirectURL": next((v for k, v in r.get("headers", {}).items() if k.lower() == "location"), ""),
                         "headersSize": headers_size, "bodySize": 0 if self.cached else body,
                         "_transferSize": 0 if self.cached else self.length, "_error": self.error,
                         "_fetchedViaServiceWorker": r.get("fromServiceWorker", False)},
            "serverIPAddress": r.get("remoteIPAddress", ""), "startedDateTime": date(self.sent["wallTime"]),
            "time": round(sum(p for p in phases if p > 0), 3), "timings": timings,
        }
        if self.cached:
            entry["_fromCache"] = "memory"
        return entry


def collect(events):
    """The requests in the order in which they were sent, and the page's instants."""
    done, under_way, instants = [], {}, {}
    received_text = {}
    for method, p in events:
        name = p.get("requestId")
        request = under_way.get(name)
        if method == "Network.requestWillBeSent":
            if "redirectResponse" in p and request:
                request.response, request.end = p["redirectResponse"], p["timestamp"]
                request.length = p["redirectResponse"]["encodedDataLength"]
            under_way[name] = Request(p)
            done.append(under_way[name])
        elif method == "Network.responseReceivedExtraInfo":
            received_text.setdefault(name, []).append(p.get("headersText"))
        elif method == "Page.domContentEventFired":
            instants["onContentLoad"] = p["timestamp"]
        elif method == "Page.loadEventFired":
            instants["onLoad"] = p["timestamp"]
        elif request is None:
            continue
        elif method == "Network.responseReceived":
            request.response = p["response"]
        elif method == "Network.dataReceived":
            request.size += p["dataLength"]
        elif method == "Network.requestServedFromCache":
            request.cached = True
        elif method == "Network.loadingFinished":
            request.end, request.length = p["timestamp"], p["encodedDataLength"]
        elif method == "Network.loadingFailed":
            request.end, request.error = p["timestamp"], p["errorText"]
    for name, texts in received_text.items():
        for request, text in zip([r for r in done if r.sent["requestId"] == name], texts):
            request.response_text = text
    return done, instants


def without_places(value):
    """Chromium's ids of scripts and frames change from run to run."""
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items() if k not in ("scriptId", "requestId")}
    return [without_places(v) for v in value] if isinstance(value, list) else value


def har(events, version):
    requests, instants = collect(events)
    start = requests[0].sent
    timings = {k: round((v - start["timestamp"]) * 1e3, 3) for k, v in instants.items()}
    page = {"startedDateTime": date(start["wallTime"]), "id": "page_1", "title": start["request"]["url"],
            "pageTimings": timings}
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": version}, "pages": [page],
                    "entries": without_places([r.entry() for r in requests])}}


def main(kind, path):
    secure = kind == "http2"
    scheme = "https" if secure else "http"
    with tempfile.TemporaryDirectory() as folder:
        make_site(folder, f"{scheme}://cdn.example.com")
        rules = ", ".join(f"MAP {host}:{port} 127.0.0.1:{local}" for host in ("www.example.com", "cdn.example.com")
                          for port, local in ((80, HTTP), (443, HTTPS)))
        server = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-p", folder])
        browser = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors",
             f"--user-data-dir={folder}/profile", f"--remote-debugging-port={DEBUG}", "--disable-background-networking",
             "--disable-features=HttpsUpgrades", f"--host-resolver-rules={rules}", "about:blank"],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            events = browse(f"{scheme}://www.example.com/" + ("index.html" if secure else "start"))
        finally:
            browser.terminate()
            browser.wait()
            server.terminate()
            server.wait()
    with open(path, "w") as f:
        json.dump(har(events, "537.36"), f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("http1", "http2"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
