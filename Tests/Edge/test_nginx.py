"""nginx with auth_request, and nginx that reads the keys by Lua."""

import os
import signal
import unittest

from support_edge import EdgeTest, MirrorRecipe, Proxy, Recipe, Sentinel, ask

# One worker, everything in the folder of the test.
FOLDERS = "access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; " \
    "scgi_temp_path t5;"
COMMON = [("access_log off;", FOLDERS),
          ("worker_processes auto;", "worker_processes 1;" + (" user root;" if os.getuid() == 0 else ""))]
COMMAND = ["nginx", "-p", "FOLDER/", "-c", "nginx.conf", "-g", "daemon off;"]


class AuthRequest(MirrorRecipe, EdgeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sentinel = Sentinel(cls.redis)
        cls.addClassCleanup(cls.sentinel.stop)
        cls.proxy = Proxy("nginx", COMMAND, COMMON + [("127.0.0.1:8787", f"127.0.0.1:{cls.sentinel.port}")])
        cls.addClassCleanup(cls.proxy.stop)


class OverUnixSocket(MirrorRecipe, EdgeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sentinel = Sentinel(cls.redis, socket=os.path.join(cls.redis.folder, "api.sock"))
        cls.addClassCleanup(cls.sentinel.stop)
        cls.proxy = Proxy("nginx", COMMAND, COMMON + [("server 127.0.0.1:8787;", f"server {cls.sentinel.place};")])
        cls.addClassCleanup(cls.proxy.stop)


class Lua(Recipe, EdgeTest):
    throttle = 429

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proxy = Proxy("nginx-lua", COMMAND, COMMON + [("/run/redis/redis-server.sock", cls.redis.socket)])
        cls.addClassCleanup(cls.proxy.stop)

    def test_without_redis_everybody_is_let_in_after_a_moment(self):
        os.kill(self.redis.process.pid, signal.SIGSTOP)
        try:
            self.assertEqual(ask(self.proxy.port, "127.0.8.1").status, 200)
        finally:
            os.kill(self.redis.process.pid, signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
