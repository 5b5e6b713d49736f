-- Asks Sentinel about a request and sets variables that rules go by. HAProxy 2.5 or newer (core.httpclient).
--
--   txn.sentinel_action  allow, block, challenge, throttle, limit, unknown; `away` where Sentinel does not answer
--   txn.sentinel_ref     the block's reference
--   txn.sentinel_retry   seconds until it is worth coming back

local URL = os.getenv("SENTINEL_AUTHZ") or "http://127.0.0.1:8787/v1/authz"

core.register_action("sentinel", { "http-req" }, function(txn)
  local client = core.httpclient()
  -- The address as HAProxy knows it (src): what the client sends in X-Forwarded-For changes nothing.
  local answer = client:get{
    url = URL, timeout = 300, headers = { ["x-forwarded-for"] = { txn.sf:src() }, host = { "sentinel" } },
  }
  local fields = answer and answer.headers or {}
  local function field(name) return fields[name] and fields[name][0] or "" end
  local action = field("x-sentinel-action")
  txn:set_var("txn.sentinel_action", action ~= "" and action or "away")
  txn:set_var("txn.sentinel_ref", field("x-sentinel-ref"))
  txn:set_var("txn.sentinel_retry", field("retry-after"))
end)
