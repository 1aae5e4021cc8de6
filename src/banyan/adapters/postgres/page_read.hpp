#pragma once

#include <optional>
#include <span>
#include <vector>

#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/options.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/core/query.hpp"

namespace banyan::postgres {

/// Reads the page of a query: one statement where it has no embeds and is not counted. Else a transaction that sees one
/// moment: an exchange for the page and the count, and one for each level of embeds, with a statement for each embed.
/// Use once. Thread safety: none; it belongs to the thread of the store.
class PageRead {
 public:
  struct Parts {
    const Clock& clock;
    const Options& options;
    const Schema& schema;
    const PostgresDialect& dialect;
    Statements& statements;
    Histogram& latency;
    Measured measured = {};
  };
  PageRead(Session& session, Parts parts, const Query& query)
      : session_(session), parts_(parts), query_(query), measure_(parts.measured.in(parts.statements)) {}

  Task<Result<RecordPage>> run(SteadyTime deadline);
  /// Whether it came to nothing through no fault of the query's.
  bool may_be_retried() const noexcept { return may_be_retried_; }
  /// How far the database was, where that is measured and the page was read.
  const Extent& extent() const noexcept { return extent_; }

 private:
  using Failure = std::optional<Error>;
  /// A page whose embeds are to be read.
  struct Around {
    const Query* query;
    RecordPage* page;
  };
  /// An embed that is being asked for.
  struct Asked {
    const Embed* embed;
    const std::vector<Record>* around;
    EmbeddedPage* into;
  };

  bool one_statement() const noexcept { return query_.embeds.empty() && query_.counted == Counted::no; }
  Task<Failure> read(RecordPage& page);
  Task<Failure> read_level(std::vector<Around>& level);
  Failure take_rows(const PGresult* result, const Query& query, RecordPage& page);
  Failure count_bytes(std::span<const Value> values);
  Failure take_embedded(const PGresult* result, const Asked& asked);
  /// Bounds the time of what is added from here on.
  void limit_time();
  /// What was added; every result is a success. The transaction ends with the last.
  Task<Result<Results>> ask(bool last);
  Error failure_of(const PGresult* result);
  /// Takes out what measures how far the database is.
  Failure take_measure(Results& results, bool last);

  Session& session_;
  Parts parts_;
  const Query& query_;
  Measure measure_;
  Extent extent_;
  SteadyTime deadline_;
  SteadyTime give_up_at_;
  bool begins_ = false;
  bool asked_ = false;
  bool may_be_retried_ = false;
  std::size_t wire_left_ = 0;
  std::size_t bytes_ = 0;     ///< Of the texts that were read.
  std::size_t embedded_ = 0;  ///< Records and rows of embeds so far.
};

}  // namespace banyan::postgres
