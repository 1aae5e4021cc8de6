#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/adapters/postgres/libpq.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/base/position.hpp"

namespace banyan::postgres {

/// What a replica is known to have replayed, from the times that it was asked. A replica only goes forward, so what it
/// had once it has for as long as it stays on the timeline.
/// Thread safety: none; it belongs to the thread of the store.
struct Standing {
  bool in_recovery = false;
  std::uint64_t system = 0;
  std::uint32_t timeline = 0;  ///< That it was last seen to receive; 0 until then.
  std::uint64_t lsn = 0;       ///< Replayed on that timeline, for certain.
};

/// What the server of an exchange had and had not done.
struct Extent {
  /// Of a replica: all of it was to be seen by every statement of the exchange. Of a primary: it is in its log.
  Position from;
  Position to;  ///< Nothing that they saw lies behind it.
};

/// Asks in an exchange, beside its own statements, how far the server is. On a primary that is one statement after
/// them. On a replica it is one before and one after: only what was replayed before a snapshot was taken is in it, and
/// only what came to be received later on another timeline can be told from it by then.
/// One for each exchange. Thread safety: none; it belongs to the thread of the store.
class Measure {
 public:
  enum class Of : unsigned char { nothing, primary, replica };

  /// `standing` is the replica's.
  Measure(Of of, Statements& statements, Standing* standing = nullptr)
      : of_(of), statements_(statements), standing_(standing) {}

  /// To be called before the first of the exchange's own statements is added, and after the last. Where those begin a
  /// transaction of one snapshot, begin_apart() keeps what it asks out of that.
  void begin(Session& session);
  void begin_apart(Session& session);
  void end(Session& session);
  /// Takes its own answers out of those of the exchange. Nothing where one is missing: a statement has failed.
  std::optional<Extent> take(Session& session, Results& results);
  /// The same where it began in one exchange and ended in a later one.
  void take_begin(Results& results);
  std::optional<Extent> take_end(Session& session, Results& results);

 private:
  std::optional<Extent> of_replica(Session& session, const PGresult* result) const;

  Of of_;
  Statements& statements_;
  Standing* standing_;
  std::size_t answers_before_ = 0;
  std::optional<std::uint64_t> replayed_before_;
  bool asks_identity_ = false;
};

/// Where measures are taken: of which kind of server, and of which.
struct Measured {
  Measure::Of of = Measure::Of::nothing;
  Standing* standing = nullptr;

  Measure in(Statements& statements) const { return {of, statements, standing}; }
  bool on() const noexcept { return of != Measure::Of::nothing; }
};

/// Asked along by a session that does not know its server yet; the columns of identity_from().
extern const char* const ask_primary_identity;
/// The server's, as far as it can be read.
ServerIdentity identity_from(const PGresult* result);

/// What says how far a primary is, after the snapshot of what was read before it in a transaction.
extern const char* const ask_primary_position;
/// Nothing where the answer cannot be read.
std::optional<Extent> extent_of_primary(const PGresult* result, const ServerIdentity& identity);

/// Bytes of "16/B374D848"; nothing for what is no place in a log.
std::optional<std::uint64_t> parse_lsn(std::string_view text) noexcept;

/// Whether all that `wanted` names is at or before `reached`; what it does not name anything has.
bool covers(const Position& reached, const Position& wanted) noexcept;

/// Where the last record ends that was put into the log before `insert`: that place is behind the head of a page when a
/// record has just filled the one before, and no replica would reach it.
std::uint64_t end_of_record(std::uint64_t insert, const ServerIdentity& identity) noexcept;

}  // namespace banyan::postgres
