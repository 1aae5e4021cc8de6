#include "banyan/adapters/postgres/positions.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/rows.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::postgres {
namespace {

/// Heads of pages in the log, in bytes: of the first in a file, and of others.
constexpr std::uint64_t long_head = 40;
constexpr std::uint64_t short_head = 24;

constexpr const char* replayed_text = "SELECT pg_last_wal_replay_lsn()";
// The timeline last: where it is still the same, so it was when the rest was read.
constexpr const char* replica_text =
    "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), pg_last_wal_receive_lsn(), "
    "(SELECT received_tli FROM pg_stat_wal_receiver)";
constexpr const char* ask_replica_identity = "SELECT system_identifier, NULL, NULL, NULL FROM pg_control_system()";

bool has_row(const PGresult* result) noexcept { return succeeded(result) && PQntuples(result) == 1; }

const Statement& statement(Statements& statements, const char* text) {
  return statements.get(text, [&] { return Statement{.text = text, .types = {}}; });
}

// A commit is to be seen a moment before it counts as replayed: what is being replayed lies within the next record,
// unless nothing has been received after the last one.
std::uint64_t seen_up_to(std::uint64_t replayed, std::optional<std::uint64_t> received) noexcept {
  return received == replayed ? replayed : replayed + 1;
}

}  // namespace

// What other programs commit with synchronous_commit = off is seen before it is written, so what a reader has seen is
// bounded by what was inserted.
const char* const ask_primary_position = "SELECT pg_current_wal_insert_lsn(), pg_current_wal_lsn()";

// How old a timeline is no server says. It is no younger than a checkpoint on it, and the first began with the server.
const char* const ask_primary_identity =
    "SELECT system_identifier, pg_walfile_name(pg_current_wal_lsn()), current_setting('wal_block_size'), "
    "pg_size_bytes(current_setting('wal_segment_size')), "
    "CASE WHEN checkpoint_time < clock_timestamp() - interval '5 seconds' THEN timeline_id END "
    "FROM pg_control_system(), pg_control_checkpoint()";

ServerIdentity identity_from(const PGresult* result) {
  ServerIdentity identity;
  if (!has_row(result)) return identity;
  identity.system = parse_whole<std::uint64_t>(text(result, 0, 0)).value_or(0);
  // The timeline is the first eight digits of the file's name.
  identity.timeline = parse_whole<std::uint32_t>(text(result, 0, 1).substr(0, 8), 16).value_or(0);
  const auto old = parse_whole<std::uint32_t>(text(result, 0, 4));
  identity.new_timeline = identity.timeline != 1 && old != identity.timeline;
  identity.page_bytes = parse_whole<std::uint64_t>(text(result, 0, 2)).value_or(0);
  identity.file_bytes = parse_whole<std::uint64_t>(text(result, 0, 3)).value_or(0);
  return identity;
}

std::optional<Extent> extent_of_primary(const PGresult* result, const ServerIdentity& identity) {
  if (!has_row(result) || identity.system == 0) return std::nullopt;
  const auto inserted = parse_lsn(text(result, 0, 0));
  const auto written = parse_lsn(text(result, 0, 1));
  if (!inserted || !written) return std::nullopt;
  Extent extent;
  extent.to.system = identity.system;
  extent.to.timeline = identity.timeline;
  extent.from = extent.to;
  extent.to.lsn = end_of_record(*inserted, identity);
  extent.from.lsn = *written;
  return extent;
}

std::optional<std::uint64_t> parse_lsn(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto high = parse_whole<std::uint32_t>(text.substr(0, slash), 16);
  const auto low = parse_whole<std::uint32_t>(text.substr(slash + 1), 16);
  if (!high || !low) return std::nullopt;
  return (std::uint64_t{*high} << 32) | *low;
}

bool covers(const Position& reached, const Position& wanted) noexcept {
  if (wanted.system == 0) return true;
  return reached.system == wanted.system && reached.timeline == wanted.timeline && reached.lsn >= wanted.lsn;
}

std::uint64_t end_of_record(std::uint64_t insert, const ServerIdentity& identity) noexcept {
  if (identity.page_bytes == 0 || identity.file_bytes == 0) return insert;
  if (const std::uint64_t in_file = insert % identity.file_bytes; in_file <= long_head) return insert - in_file;
  if (const std::uint64_t in_page = insert % identity.page_bytes; in_page <= short_head) return insert - in_page;
  return insert;
}

void Measure::begin(Session& session) {
  if (of_ != Of::replica) return;
  Parameters none;
  session.add(statement(statements_, replayed_text), none);
  answers_before_ = 1;
}

void Measure::begin_apart(Session& session) {
  if (of_ != Of::replica) return;
  session.add("BEGIN");
  begin(session);
  session.add("COMMIT");
  answers_before_ = 3;
}

void Measure::end(Session& session) {
  if (of_ == Of::nothing) return;
  const bool primary = of_ == Of::primary;
  Parameters none;
  session.add(statement(statements_, primary ? ask_primary_position : replica_text), none);
  asks_identity_ = session.identity().system == 0;
  if (asks_identity_) session.add(primary ? ask_primary_identity : ask_replica_identity);
}

std::optional<Extent> Measure::take(Session& session, Results& results) {
  take_begin(results);
  return take_end(session, results);
}

void Measure::take_begin(Results& results) {
  const std::size_t count = std::min(answers_before_, results.size());
  if (count == 0) return;
  const PGresult* const asked = results[count / 2].get();
  if (has_row(asked)) replayed_before_ = parse_lsn(text(asked, 0, 0));
  results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(count));
}

std::optional<Extent> Measure::take_end(Session& session, Results& results) {
  const std::size_t count = asks_identity_ ? 2 : 1;
  if (of_ == Of::nothing || results.size() < count) return std::nullopt;
  if (asks_identity_) {
    session.identity() = identity_from(results.back().get());
    results.pop_back();
  }
  const ResultHandle last = std::move(results.back());
  results.pop_back();
  if (!has_row(last.get()) || session.identity().system == 0) return std::nullopt;
  return of_ == Of::primary ? extent_of_primary(last.get(), session.identity()) : of_replica(session, last.get());
}

// Without a receiver it is not known on which timeline it goes on; what it had it keeps.
std::optional<Extent> Measure::of_replica(Session& session, const PGresult* result) const {
  Standing& standing = *standing_;
  standing.in_recovery = text(result, 0, 0) == "t";
  const auto replayed = parse_lsn(text(result, 0, 1));
  if (!standing.in_recovery || !replayed_before_ || !replayed) return std::nullopt;
  const auto timeline = parse_whole<std::uint32_t>(text(result, 0, 3));
  if (session.identity().system != standing.system || (timeline && *timeline != standing.timeline)) {
    standing.system = session.identity().system;
    standing.timeline = timeline.value_or(0);
    standing.lsn = 0;
  }
  if (timeline) standing.lsn = std::max(standing.lsn, *replayed_before_);
  Extent extent;
  extent.from.system = extent.to.system = standing.system;
  extent.from.timeline = extent.to.timeline = standing.timeline;
  extent.from.lsn = std::min(*replayed_before_, standing.lsn);
  extent.to.lsn = seen_up_to(*replayed, parse_lsn(text(result, 0, 2)));
  return extent;
}

}  // namespace banyan::postgres
