#include "banyan/adapters/postgres/replica.hpp"

#include <utility>

namespace banyan::postgres {
namespace {

Options options_for(const Options& options, std::string url) {
  Options its = options;
  its.url = std::move(url);
  its.any_server = true;
  return its;
}

Error lost() { return Error(ErrorCode::unavailable, "the replica does not answer"); }

}  // namespace

Replica::Replica(const Parts& parts, const Options& options, std::string url)
    : options_(options_for(options, std::move(url))),
      name_(describe(options_.url)),
      told_(parts.told),
      metrics_(parts.store.metrics, name_),
      connector_(parts.io, options_, parts.store.log),
      pool_parts_{parts.io, connector_, statements_, parts.store.clock, [] {}},
      finds_(pool_parts_, options_, parts.dialect, statements_, metrics_.find_queue, parts.metrics.find_latency,
             {.of = Measure::Of::replica, .standing = &standing_}),
      lists_(pool_parts_,
             {parts.store.clock,
              options_,
              parts.store.schema,
              parts.dialect,
              statements_,
              parts.metrics.list_latency,
              {.of = Measure::Of::replica, .standing = &standing_}},
             metrics_.list_queue),
      watch_(pool_parts_, statements_, {.of = Measure::Of::replica, .standing = &standing_},
             [this](const std::optional<Extent>& extent) { take(extent); }) {}

// Whoever waits for one that is gone is better served elsewhere.
void Replica::take(const std::optional<Extent>& extent) {
  const bool was_in_touch = std::exchange(in_touch_, extent.has_value());
  if (!in_touch_) standing_.timeline = 0, standing_.lsn = 0;  // it may come back as another
  if (was_in_touch && !in_touch_) {
    finds_.desk().turn_away(lost());
    lists_.desk().turn_away(lost());
  }
  told_();
}

std::optional<Position> Replica::standing(const Position& primary) const {
  const bool follows = standing_.system == primary.system && standing_.timeline == primary.timeline;
  if (!in_touch_ || !standing_.in_recovery || !follows || primary.system == 0) return std::nullopt;
  Position position;
  position.system = standing_.system;
  position.timeline = standing_.timeline;
  position.lsn = standing_.lsn;
  return position;
}

std::string Replica::trouble(const Position& primary) const {
  if (!in_touch_ && standing_.system != 0 && !standing_.in_recovery) return "it is no standby";
  if (!in_touch_) return "it does not answer" + (watch_.failure().empty() ? "" : ": " + watch_.failure());
  if (primary.system == 0) return "the primary is not known yet";
  if (standing_.system != primary.system) return "it is a copy of another database";
  if (standing_.timeline == 0)
    return "it does not say which timeline it receives: grant pg_read_all_stats to the role of Banyan";
  return "it follows timeline " + std::to_string(standing_.timeline) + ", the primary is on " +
         std::to_string(primary.timeline);
}

void Replica::pump() {
  finds_.desk().pump();
  lists_.desk().pump();
}

void Replica::look_at_time(SteadyTime now) {
  finds_.look_at_time(now);
  lists_.desk().look_at_time(now);
  watch_.look_at_time(now);
}

void Replica::close(const Error& error) {
  watch_.close();
  finds_.desk().close(error);
  lists_.desk().close(error);
}

}  // namespace banyan::postgres
