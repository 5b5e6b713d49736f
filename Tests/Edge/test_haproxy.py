"""HAProxy with a few lines of Lua."""

import unittest

from support_edge import App, EdgeTest, MirrorRecipe, Proxy, Sentinel


class HAProxy(MirrorRecipe, EdgeTest):
    throttle = 429

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sentinel = Sentinel(cls.redis)
        cls.addClassCleanup(cls.sentinel.stop)
        app = App()
        cls.addClassCleanup(app.server_close)
        cls.addClassCleanup(app.shutdown)
        cls.proxy = Proxy(
            "haproxy", ["haproxy", "-f", "haproxy.cfg"], [("127.0.0.1:8000", f"127.0.0.1:{app.server_port}")],
            {"SENTINEL_AUTHZ": f"http://127.0.0.1:{cls.sentinel.port}/v1/authz"})
        cls.addClassCleanup(cls.proxy.stop)


if __name__ == "__main__":
    unittest.main()
