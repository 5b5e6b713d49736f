// SentinelIO
