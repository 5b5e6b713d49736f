// SentinelDaemon
