#include "banyan/services/records.hpp"

#include <utility>

#include "banyan/services/records_state.hpp"

namespace banyan::services {
namespace {

const char* doing(Action action) {
  switch (action) {
    case Action::read: return "Reading";
    case Action::create: return "Creating in";
    case Action::update: return "Changing";
    case Action::remove: return "Deleting from";
  }
  return "Using";
}

}  // namespace

Records::State::State(Parts given_parts, Options given_options)
    : parts(given_parts),
      options(given_options),
      flights(given_options.flight_followers_max),
      followed(
          parts.metrics.counter("banyan_reads_shared_total", "Reads that were answered by another read's query.")) {}

Records::Records(Parts parts, Options options) : state_(std::make_unique<State>(parts, options)) {}
Records::~Records() = default;

std::optional<Error> refusal(const Context& context, const Collection& collection, Action action) {
  if (collection.policy.decide(action, {context.viewer, context.clock.wall()}) == Policy::Verdict::allowed)
    return std::nullopt;
  const bool anonymous = context.viewer.kind == Viewer::Kind::anonymous;
  return Error(anonymous ? ErrorCode::unauthenticated : ErrorCode::forbidden,
               std::string(doing(action)) + " '" + collection.name + "' is not open to everyone.")
      .with_hint("Use the service key, or open it in the config: [collections." + collection.name + "] access." +
                 std::string(to_string(action)) + " = \"anyone\".")
      .with_reason("access_denied");
}

Error no_such_record(const RecordKey& key) {
  return Error(ErrorCode::not_found, "There is no record " + to_string(key) + ".");
}

Result<CachedRecordPtr> answer(const Collection& collection, const Value& id, CachedRecordPtr record) {
  if (record->absent()) return fail(no_such_record({&collection, id}));
  return record;
}

}  // namespace banyan::services
