#!/usr/bin/python3
"""How soon real proxies refuse what was just blocked, and what asking costs nginx.

Wants a release build of sentinel, and nginx, HAProxy, Caddy, nftables and wrk (`make bench` installs them). The proxies run with
the recipes of deploy/edge. Times are from before the call that blocks to the first request (begun again as soon as the
one before was answered) that is refused; so they hold the call itself, and half of a request on average.
"""

import argparse
import http.client
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("SENTINEL_BINARY", str(ROOT / ".build" / "release" / "sentinel"))
sys.path.insert(0, str(ROOT / "Tests" / "Edge"))
import test_caddy  # noqa: E402
import test_haproxy  # noqa: E402
import test_nft  # noqa: E402
import test_nginx  # noqa: E402
from report import Report, add_output, quantile  # noqa: E402
from support_edge import KEY, Proxy, Sentinel  # noqa: E402


def blocks(redis, count):
    """Distinct addresses of loopback, each blocked by the caller in turn."""
    for number in range(count):
        yield f"127.{100 + number // 60000}.{number // 250 % 240}.{number % 250 + 1}"


def lag(proxy, redis, count):
    times = []
    for address in blocks(redis, count):
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10, source_address=(address, 0))

        def status():
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert status() == 200
        began = time.monotonic()
        redis.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", "ip:" + address, "duration", 600000)
        while True:
            asked = time.monotonic()
            if status() != 200:
                break
        times.append(max(asked, began) - began)
        connection.close()
    return times


CLIENT = """
import socket, sys, time
for line in sys.stdin:
    source = line.strip()
    while True:
        asked = time.monotonic()
        try:
            socket.create_connection(("198.18.0.1", 8000), 0.02, (source, 0)).close()
        except OSError:
            break
        if line:
            print("open", flush=True)
            line = ""
    print(asked, flush=True)
"""


def filter_lag(case, count):
    """In a network namespace: from the call to the first connection that is dropped."""
    times = []
    client = subprocess.Popen(["ip", "netns", "exec", test_nft.CLIENT, sys.executable, "-u", "-c", CLIENT],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for number in range(count):
        address = f"198.18.7.{number % 250 + 1}"
        test_nft.run("ip", "-n", test_nft.CLIENT, "addr", "add", address + "/15", "dev", "v1", check=False)
        client.stdin.write(address + "\n")
        client.stdin.flush()
        assert client.stdout.readline() == "open\n"
        began = time.monotonic()
        case.redis.client.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", "ip:" + address)
        times.append(max(float(client.stdout.readline()) - began, 0))
    client.stdin.close()
    client.wait()
    return times


def with_class(case, body):
    case.setUpClass()
    try:
        return body(case)
    finally:
        case.doClassCleanups()


def throughput(proxy, seconds):
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", f"http://127.0.0.1:{proxy.port}/"], capture_output=True,
                         text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out).group(1))


def nginx_rates(case, seconds):
    """With auth_request and without, by turns: a file of six bytes, and an app behind (another nginx, which only answers).

    Asked is Sentinel over TCP and over a unix socket; and, for what auth_request costs whoever is asked, that other nginx.
    """
    near = Sentinel(case.redis, socket=os.path.join(case.redis.folder, "api.sock"))
    two = [("worker_processes 1;", "worker_processes 2;"), ("127.0.0.1:8787", f"127.0.0.1:{case.sentinel.port}")]
    app = Proxy("nginx", test_nginx.COMMAND, test_nginx.COMMON + two + [
        ("auth_request /sentinel;", ""), ("            root www;\n        }\n\n        location = /sentinel",
                                         "            return 200 hello;\n        }\n\n        location = /sentinel")])
    passing = [("            root www;\n        }\n\n        location = /sentinel",
                f"            proxy_pass http://127.0.0.1:{app.port};\n        }}\n\n        location = /sentinel")]
    proxies = {}
    for what, changes in (("file", []), ("app", passing)):
        proxies[what, "without"] = [("auth_request /sentinel;", "")] + changes
        proxies[what, "with"] = changes
        proxies[what, "unix"] = [(f"server 127.0.0.1:{case.sentinel.port};", f"server {near.place};")] + changes
        proxies[what, "bare"] = [(f"server 127.0.0.1:{case.sentinel.port};", f"server 127.0.0.1:{app.port};")] + changes
    proxies = {name: Proxy("nginx", test_nginx.COMMAND, test_nginx.COMMON + two + changes)
               for name, changes in proxies.items()}
    rates = {name: [] for name in proxies}
    for _ in range(5):
        for name, proxy in proxies.items():
            rates[name].append(throughput(proxy, seconds))
    for proxy in [*proxies.values(), app, near]:
        proxy.stop()
    return {" ".join(name): sorted(each)[2] for name, each in rates.items()}


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--count", type=int, default=300, help="addresses that are blocked")
    parser.add_argument("--seconds", type=int, default=3, help="of each run of wrk")
    options = parser.parse_args()
    report = Report("edge: proxies")
    results = {}
    for name, case in (("nginx, auth_request", test_nginx.AuthRequest), ("nginx, Lua and keys", test_nginx.Lua),
                       ("HAProxy", test_haproxy.HAProxy), ("Caddy", test_caddy.Caddy)):
        results[name] = with_class(case, lambda case: lag(case.proxy, case.redis.client, options.count))
    if test_nft.may_make_namespaces():
        results["nftables"] = with_class(test_nft.PacketFilter, lambda case: filter_lag(case, min(options.count, 250)))
    rates = with_class(test_nginx.AuthRequest, lambda case: nginx_rates(case, options.seconds))
    report.table(["block to refusal, ms", "p50", "p90", "p99", "max"], [
        (name, *(1000 * quantile(times, share) for share in (0.5, 0.9, 0.99, 1))) for name, times in results.items()])
    report.table(["nginx with auth_request, to without", "without, requests/s", "TCP", "unix socket", "a bare nginx"], [
        (what, rates[f"{what} without"], *(rates[f"{what} {way}"] / rates[f"{what} without"] for way in ("with", "unix", "bare")))
        for what in ("file", "app")])
    report.show(options.output)


if __name__ == "__main__":
    main()
