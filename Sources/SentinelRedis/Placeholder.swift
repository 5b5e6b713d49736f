// SentinelRedis
