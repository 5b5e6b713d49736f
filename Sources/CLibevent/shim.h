// libevent: loop, timers, sockets, buffers. <https://libevent.org/doc/>
#pragma once
// First, so that the system's types are those of Swift's Glibc: libevent's headers turn more features on.
#include <sys/eventfd.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
// For the bench alone, which measures against it.
#include <event2/http.h>
#include <event2/util.h>
