"""Envoy is not in Debian. This holds Sentinel to what deploy/edge/envoy/envoy.yaml makes Envoy send, by its documentation:
the method and path of the request behind the prefix, no body, and of its fields those that are allowed.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto
"""

import re
import unittest

from support_edge import DEPLOY, EdgeTest, Sentinel, ask, wait_until


class Envoy(EdgeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sentinel = Sentinel(cls.redis)
        cls.addClassCleanup(cls.sentinel.stop)
        recipe = (DEPLOY / "envoy" / "envoy.yaml").read_text()
        cls.prefix = re.search(r'path_prefix: "([^"]+)"', recipe).group(1)
        cls.allowed = re.findall(r"exact: ([a-z-]+) }", recipe)

    def check(self, client, path="/", method="GET"):
        fields = {"x-forwarded-for": client, "accept": "text/html", "cookie": "a=b"}
        fields = {name: value for name, value in fields.items() if name in self.allowed}
        return ask(self.sentinel.port, path=self.prefix + path, method=method,
                   headers={**fields, "Host": "shop.example.com", "Content-Length": "0"})

    def test_the_recipe_lets_envoy_send_the_address(self):
        self.assertEqual(self.prefix, "/v1/authz;throttle=429")
        self.assertIn("x-forwarded-for", self.allowed)

    def test_any_method_and_path_is_answered_for_the_rightmost_hop(self):
        self.assertEqual(self.check("192.0.2.1").status, 200)
        ref = self.block("ip:192.0.2.1")
        wait_until(lambda: self.check("192.0.2.1").status == 403, "192.0.2.1 is refused")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            for path in ("/", "/a/b;c=d?user=ada&count=x", "/%2e%2e/v1/blocks", "//"):
                answer = self.check("192.0.2.9, 192.0.2.1", path, method)
                self.assertEqual(answer.status, 403, (method, path))
                self.assertEqual(answer.headers["X-Sentinel-Ref"], ref)
                self.assertIn(ref, answer.body)
                self.assertEqual(self.check("192.0.2.1, 192.0.2.9", path, method).status, 200, (method, path))
        self.unblock("ip:192.0.2.1")
        wait_until(lambda: self.check("192.0.2.1").status == 200, "192.0.2.1 is let in")

    def test_throttles_challenges_networks_ipv6_and_time(self):
        self.block("net:198.51.100.0/24", "action", "throttle")
        wait_until(lambda: self.check("198.51.100.77").status == 429, "the network is throttled")
        self.block("net:2001:db8::/64", "action", "challenge", "duration", 500)
        wait_until(lambda: self.check("2001:db8::5").headers["X-Sentinel-Action"] == "challenge", "a challenge")
        wait_until(lambda: self.check("2001:db8::5").status == 200, "it ends")


if __name__ == "__main__":
    unittest.main()
