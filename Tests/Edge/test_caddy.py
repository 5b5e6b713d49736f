"""Caddy with forward_auth."""

import unittest

from support_edge import EdgeTest, MirrorRecipe, Proxy, Sentinel


class Caddy(MirrorRecipe, EdgeTest):
    throttle = 429

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sentinel = Sentinel(cls.redis)
        cls.addClassCleanup(cls.sentinel.stop)
        cls.proxy = Proxy(
            "caddy", ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
            [("127.0.0.1:8787", f"127.0.0.1:{cls.sentinel.port}")])
        cls.addClassCleanup(cls.proxy.stop)


if __name__ == "__main__":
    unittest.main()
