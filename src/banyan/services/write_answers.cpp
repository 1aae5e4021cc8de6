#include "banyan/services/write_answers.hpp"

#include <charconv>
#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/access.hpp"
#include "banyan/services/surroundings.hpp"
#include "banyan/services/verdict.hpp"

namespace banyan::services {
namespace {

bool is_turned_away(ErrorCode code) { return code == ErrorCode::forbidden || code == ErrorCode::unauthenticated; }

bool is_of_one_write(ErrorCode code) {
  switch (code) {
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
    case ErrorCode::reference_broken:
    case ErrorCode::version_mismatch:
    case ErrorCode::too_large: return true;
    default: return false;
  }
}

// Which write the store's error is of: it says so, "[3].email", where there are several.
std::size_t take_index(const WritePlan& plan, std::string& field) {
  if (plan.origins.size() < 2 || !field.starts_with('[')) return 0;
  std::size_t index = 0;
  const char* const end = field.data() + field.size();
  const auto [after, failed] = std::from_chars(field.data() + 1, end, index);
  if (failed != std::errc() || after == end || *after != ']' || index >= plan.origins.size()) return 0;
  field.erase(0, static_cast<std::size_t>(after + 1 - field.data()));
  if (field.starts_with('.')) field.erase(0, 1);
  return index;
}

const WritePlan::Origin& place(const WritePlan& plan, Error& error) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < error.fields.size(); ++i) {
    std::string& field = error.fields[i].field;
    const std::size_t index = take_index(plan, field);
    if (i == 0) first = index;
    field = place_within(plan.origins[index].place, field);
  }
  const WritePlan::Origin& origin = plan.origins[first];
  if (error.fields.empty() && plan.origins.size() == 1 && !origin.place.empty() && is_of_one_write(error.code))
    error.fields.push_back({origin.place, error.message});
  return origin;
}

Error rewritten(const Error& store_error, Error error) {
  error.fields = store_error.fields;
  for (FieldProblem& problem : error.fields) problem.message = error.message;
  error.detail = store_error.message;
  return error;
}

Error unnamed_record(const WritePlan::Origin& origin) {
  return Error(ErrorCode::invalid, "There is no record " + to_string(origin.key) + ", and ids are made here.")
      .with_hint("Leave the id out to create a record.")
      .with_reason("invalid_value");
}

Error missing(const WritePlan::Origin& origin) {
  return origin.named_in_body ? unnamed_record(origin) : no_such_record(origin.key);
}

Error not_this_one(const Context& context, const WritePlan::Origin& origin) {
  // Which of its two rules turned an upsert away would tell whether there is such a record.
  const std::string_view doing = origin.kind == Write::Kind::upsert ? "write" : to_string(origin.action);
  return turned_away(context, "The rules of '" + origin.key.collection->name + "' do not let you " +
                                  std::string(doing) + " this record, or not like that.");
}

// As the store says it where nothing else comes before.
Error denied_at(const WritePlan::Origin& origin) {
  Error error(ErrorCode::forbidden, "the rules do not allow this");
  if (!origin.place.empty()) error.fields.push_back({origin.place, error.message});
  return error;
}

// What the store has answered tells of the record as it is now, and nobody may be shown an older one afterwards.
Task<void> tell_of_refused(Records::State& state, const Context& context, const RecordKey& key) {
  const Result<Record> found = co_await state.parts.store.find(context, key, Source::primary);
  if (!key.collection->cached || !state.options.cached) co_return;
  if (!found && found.error().code != ErrorCode::not_found) co_return;
  const CachedRecordPtr record = found ? encode(*key.collection, *found) : state.absent;
  co_await state.parts.cache.fill(context, to_string(key), 0, record);
}

}  // namespace

Error not_made_known(Error error) {
  return Error(ErrorCode::outcome_unknown, "The change was made, but others may still be shown what was before.")
      .with_hint("Read the record again before you repeat the change.")
      .with_reason("not_made_known")
      .with_detail(std::move(error.message));
}

Task<std::optional<Error>> refused_before(Records::State& state, const Context& context, const WritePlan& plan) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < plan.batch.writes.size(); ++i)
    if (skips_others(plan.batch.writes[i]) && has_rules(plan.batch.writes[i])) places.push_back(i);
  if (places.empty()) co_return std::nullopt;
  const auto refused = co_await first_refused(state, context, plan.batch.writes, places);
  if (!refused) co_return refused.error();
  if (!*refused) co_return std::nullopt;
  const WritePlan::Origin& origin = plan.origins[**refused];
  co_return rewritten(denied_at(origin), not_this_one(context, origin));
}

Task<Error> told(Records::State& state, const Context& context, const WritePlan& plan, std::span<const Write> writes,
                 Error error) {
  const WritePlan::Origin& origin = place(plan, error);
  const Collection& collection = *origin.key.collection;
  if (!writes.empty() && (error.code == ErrorCode::already_exists || error.code == ErrorCode::reference_broken)) {
    const auto index = static_cast<std::size_t>(&origin - plan.origins.data());
    const auto refused = co_await first_refused(state, context, writes, std::span(&index, 1));
    if (!refused) co_return refused.error();
    if (*refused) error = denied_at(origin);
  }
  const bool denied = error.code == ErrorCode::forbidden;
  const bool named = error.code == ErrorCode::not_found || error.code == ErrorCode::version_mismatch;
  if ((!denied && !named) || (named && is_null(origin.key.id))) co_return error;
  if (named) co_await tell_of_refused(state, context, origin.key);
  if (error.code == ErrorCode::not_found) co_return rewritten(error, missing(origin));
  const Policy::Verdict verdict = collection.policy.decide(origin.action, rule_inputs(context));
  if (!is_null(origin.key.id) && (denied || verdict != Policy::Verdict::allowed)) {
    const Result<CachedRecordPtr> found = co_await find_for_viewer(state, context, collection, origin.key.id);
    const bool unseen = !found && (found.error().code == ErrorCode::not_found || is_turned_away(found.error().code));
    if (unseen) co_return rewritten(error, missing(origin));
    if (!found) co_return found.error();
  }
  if (!denied) co_return error;
  co_return rewritten(error, not_this_one(context, origin));
}

namespace {

const Record* content_of(const Changed& change) {
  if (change.record) return &*change.record;
  return change.before ? &*change.before : nullptr;
}

/// One change as the viewer sees it. Lifetime: that of what it is made of.
class Showing {
 public:
  Showing(const RuleInputs& inputs, const Surroundings& surroundings) : inputs_(inputs), surroundings_(surroundings) {}

  Written show(const Changed& change, CachedRecordPtr encoded, bool named) {
    Written written;
    const Record* const record = content_of(change);
    const Sight& sight = sight_of(*change.key.collection);
    const bool readable = record != nullptr && encoded != nullptr && may_read(sight, *record);
    if (!readable && !named) return written;
    written.id = change.key.id;
    written.version = change.version;
    if (readable) written.record = sight.shown(std::move(encoded), StoredRuleRecord(*record));
    return written;
  }

  const Sight& sight_of(const Collection& collection) {
    return sights_.try_emplace(&collection, inputs_, collection).first->second;
  }

 private:
  bool may_read(const Sight& sight, const Record& record) const {
    if (sight.read_rule() == nullptr) return sight.may_read(StoredRuleRecord(record));
    const std::vector<StoredRuleRecord::Related> related =
        surroundings_.around(sight.collection(), record, *sight.read_rule());
    return sight.may_read(StoredRuleRecord(record, related));
  }

  const RuleInputs inputs_;
  const Surroundings& surroundings_;
  std::map<const Collection*, Sight> sights_;
};

std::size_t count_of(const Applied& applied, std::size_t write) {
  return applied.counts.empty() ? 1 : applied.counts[write];
}

}  // namespace

Task<Result<std::vector<std::vector<Written>>>> answers(Records::State& state, const Context& context,
                                                        const WritePlan& plan, const Applied& applied,
                                                        std::vector<CachedRecordPtr> encoded) {
  Surroundings surroundings(applied.changes);
  Showing showing(rule_inputs(context), surroundings);
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const Collection& collection = *applied.changes[i].key.collection;
    const Record* const record = content_of(applied.changes[i]);
    const Rule* const rule = showing.sight_of(collection).read_rule();
    if (record != nullptr && rule != nullptr) surroundings.want(state.parts.schema, collection, *record, *rule);
  }
  // What was written stays written: without an answer about others, their records are as if they were not there.
  (void)co_await surroundings.gather(state, context);
  std::vector<std::vector<Written>> written(plan.operations);
  std::size_t next = 0;
  for (std::size_t i = 0; i < plan.origins.size(); ++i) {
    for (std::size_t count = count_of(applied, i); count > 0 && next < encoded.size(); --count, ++next) {
      const Changed& change = applied.changes[next];
      const WritePlan::Origin& origin = plan.origins[i];
      const bool created = change.created || origin.kind == Write::Kind::create;
      // Which record an upsert met by the values of others is told to those alone who may read it.
      const bool named = created || origin.kind != Write::Kind::upsert;
      Written& one = written[origin.operation].emplace_back(showing.show(change, std::move(encoded[next]), named));
      one.created = created;
    }
  }
  co_return written;
}

}  // namespace banyan::services
