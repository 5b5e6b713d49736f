// SentinelEngine
