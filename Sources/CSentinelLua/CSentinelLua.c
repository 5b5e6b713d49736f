// Embeds ../../lua. A new file there needs a line in both lists below; a test compares them with the folder.
#include "CSentinelLua.h"

// #embed is C23; clang has it in every mode and says so each time.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char library_source[] = {
#embed "../../lua/library.lua"
    , 0};
static const char address_source[] = {
#embed "../../lua/address.lua"
    , 0};
static const char series_source[] = {
#embed "../../lua/series.lua"
    , 0};
static const char watched_source[] = {
#embed "../../lua/watched.lua"
    , 0};
static const char state_source[] = {
#embed "../../lua/state.lua"
    , 0};
static const char log_source[] = {
#embed "../../lua/log.lua"
    , 0};
static const char ids_source[] = {
#embed "../../lua/ids.lua"
    , 0};
static const char distinct_source[] = {
#embed "../../lua/distinct.lua"
    , 0};
static const char tally_source[] = {
#embed "../../lua/tally.lua"
    , 0};
static const char audit_source[] = {
#embed "../../lua/audit.lua"
    , 0};
static const char blocks_source[] = {
#embed "../../lua/blocks.lua"
    , 0};
static const char incidents_source[] = {
#embed "../../lua/incidents.lua"
    , 0};
static const char change_source[] = {
#embed "../../lua/change.lua"
    , 0};
static const char webhooks_source[] = {
#embed "../../lua/webhooks.lua"
    , 0};
static const char event_source[] = {
#embed "../../lua/event.lua"
    , 0};
static const char judge_source[] = {
#embed "../../lua/judge.lua"
    , 0};
static const char sentinel_alert_test_source[] = {
#embed "../../lua/sentinel_alert_test.lua"
    , 0};
static const char sentinel_allow_source[] = {
#embed "../../lua/sentinel_allow.lua"
    , 0};
static const char sentinel_applied_source[] = {
#embed "../../lua/sentinel_applied.lua"
    , 0};
static const char sentinel_block_source[] = {
#embed "../../lua/sentinel_block.lua"
    , 0};
static const char sentinel_check_source[] = {
#embed "../../lua/sentinel_check.lua"
    , 0};
static const char sentinel_commit_source[] = {
#embed "../../lua/sentinel_commit.lua"
    , 0};
static const char sentinel_disallow_source[] = {
#embed "../../lua/sentinel_disallow.lua"
    , 0};
static const char sentinel_edge_late_source[] = {
#embed "../../lua/sentinel_edge_late.lua"
    , 0};
static const char sentinel_forget_source[] = {
#embed "../../lua/sentinel_forget.lua"
    , 0};
static const char sentinel_import_source[] = {
#embed "../../lua/sentinel_import.lua"
    , 0};
static const char sentinel_incidents_source[] = {
#embed "../../lua/sentinel_incidents.lua"
    , 0};
static const char sentinel_info_source[] = {
#embed "../../lua/sentinel_info.lua"
    , 0};
static const char sentinel_lease_source[] = {
#embed "../../lua/sentinel_lease.lua"
    , 0};
static const char sentinel_raise_source[] = {
#embed "../../lua/sentinel_raise.lua"
    , 0};
static const char sentinel_record_source[] = {
#embed "../../lua/sentinel_record.lua"
    , 0};
static const char sentinel_report_source[] = {
#embed "../../lua/sentinel_report.lua"
    , 0};
static const char sentinel_review_source[] = {
#embed "../../lua/sentinel_review.lua"
    , 0};
static const char sentinel_token_add_source[] = {
#embed "../../lua/sentinel_token_add.lua"
    , 0};
static const char sentinel_token_remove_source[] = {
#embed "../../lua/sentinel_token_remove.lua"
    , 0};
static const char sentinel_unblock_source[] = {
#embed "../../lua/sentinel_unblock.lua"
    , 0};
static const char sentinel_webhook_add_source[] = {
#embed "../../lua/sentinel_webhook_add.lua"
    , 0};
static const char sentinel_webhook_done_source[] = {
#embed "../../lua/sentinel_webhook_done.lua"
    , 0};
static const char sentinel_webhook_remove_source[] = {
#embed "../../lua/sentinel_webhook_remove.lua"
    , 0};
static const char sentinel_webhook_resend_source[] = {
#embed "../../lua/sentinel_webhook_resend.lua"
    , 0};

#define LUA_FILE(name) {#name ".lua", name##_source, sizeof name##_source - 1}

static const sentinel_lua_file files[] = {
    LUA_FILE(library),
    LUA_FILE(address),
    LUA_FILE(log),
    LUA_FILE(series),
    LUA_FILE(watched),
    LUA_FILE(state),
    LUA_FILE(ids),
    LUA_FILE(distinct),
    LUA_FILE(tally),
    LUA_FILE(audit),
    LUA_FILE(blocks),
    LUA_FILE(incidents),
    LUA_FILE(change),
    LUA_FILE(webhooks),
    LUA_FILE(event),
    LUA_FILE(judge),
    LUA_FILE(sentinel_alert_test),
    LUA_FILE(sentinel_allow),
    LUA_FILE(sentinel_applied),
    LUA_FILE(sentinel_block),
    LUA_FILE(sentinel_check),
    LUA_FILE(sentinel_commit),
    LUA_FILE(sentinel_disallow),
    LUA_FILE(sentinel_edge_late),
    LUA_FILE(sentinel_forget),
    LUA_FILE(sentinel_import),
    LUA_FILE(sentinel_incidents),
    LUA_FILE(sentinel_info),
    LUA_FILE(sentinel_lease),
    LUA_FILE(sentinel_raise),
    LUA_FILE(sentinel_record),
    LUA_FILE(sentinel_report),
    LUA_FILE(sentinel_review),
    LUA_FILE(sentinel_token_add),
    LUA_FILE(sentinel_token_remove),
    LUA_FILE(sentinel_unblock),
    LUA_FILE(sentinel_webhook_add),
    LUA_FILE(sentinel_webhook_done),
    LUA_FILE(sentinel_webhook_remove),
    LUA_FILE(sentinel_webhook_resend),
};

const sentinel_lua_file *sentinel_lua_files(void) { return files; }

size_t sentinel_lua_file_count(void) { return sizeof files / sizeof *files; }
