-- The files of lua/ are one chunk when Redis loads them: POLICY and S stand at its head, and the locals of library.lua.
std = "lua51"
max_line_length = 120
read_globals = {
  "redis", "cjson", "cmsgpack", "struct", "loadstring",
  "call", "find", "match", "sub", "format", "concat", "pack", "unpacked", "floor",
  "INFINITY", "MARGIN", "address_in", "NOWHERE",
}
globals = { "S", "POLICY", "place", "places", "SCOPES", "ACTOR", "KINDS", "OTHER", "logged" }
files["lua/library.lua"] = { ignore = { "211/S", "241/S", "431", "211", "221", "231" } }
files["lua/address.lua"] = { ignore = { "211/is_plain4" } }
