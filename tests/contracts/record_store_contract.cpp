#include "tests/contracts/record_store_contract.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "banyan/core/timestamps.hpp"
#include "tests/contracts/example_schema.hpp"

namespace banyan::contracts {

bool link_contract_values();
bool link_contract_writes();
bool link_contract_constraints();
bool link_contract_references();
bool link_contract_lists();
bool link_contract_threads();
bool link_contract_terms();
bool link_contract_related();
bool link_contract_embeds();
bool link_contract_groups();
bool link_contract_matches();
bool link_contract_upserts();
bool link_contract_conditions();
bool link_contract_together();

bool link_record_store_contract() {
  return link_contract_values() && link_contract_writes() && link_contract_constraints() &&
         link_contract_references() && link_contract_lists() && link_contract_threads() && link_contract_terms() &&
         link_contract_related() && link_contract_embeds() && link_contract_groups() && link_contract_matches() &&
         link_contract_upserts() && link_contract_conditions() && link_contract_together();
}

Named every_type() {
  return {{"name", text("Alice")},
          {"email", text("alice@example.org")},
          {"handle", text("alice")},
          {"role", text("admin")},
          {"age", integer(42)},
          {"score", 1.5},
          {"active", true},
          {"born", text("1981-02-28")},
          {"seen_at", text("2026-11-23T18:17:05.123456Z")},
          {"settings", text(R"({"a":[1,2.5,null,true],"b":{"c":"d"}})")},
          {"external", uuid(7)},
          {"homepage", text("https://example.org/~alice?q=1#top")}};
}

Value uuid(std::uint64_t number) {
  std::array<char, 37> buffer;
  std::snprintf(buffer.data(), buffer.size(), "018f0000-0000-7000-8000-%012llx",
                static_cast<unsigned long long>(number));
  return std::string(buffer.data());
}

RecordStoreContract::RecordStoreContract()
    : schema_(example_schema()),
      context_{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()},
      under_test_(GetParam().make(schema_, clock_)) {}

RecordStoreContract::~RecordStoreContract() = default;

Write RecordStoreContract::creation(std::string_view collection_name, const Named& values) {
  const Collection& into = collection(collection_name);
  Write write{.kind = Write::Kind::create, .collection = &into};
  const std::size_t first = into.id_kind == IdKind::integer ? 1 : 0;
  for (std::size_t i = first; i < into.fields.size(); ++i) {
    const Field& each = into.fields[i];
    const auto given = std::ranges::find(values, each.name, [](const auto& pair) { return pair.first; });
    Value value;
    if (given != values.end()) {
      value = given->second;
    } else if (each.role == FieldRole::id) {
      value = uuid(1'000'000 + ++made_up_);
    } else if (each.role != FieldRole::ordinary) {
      value = format_timestamp(clock_.wall());
    } else if (each.required && each.type == FieldType::text) {
      value = "made up " + std::to_string(++made_up_);
    }
    write.changes.push_back({i, std::move(value)});
  }
  return write;
}

Write RecordStoreContract::change(std::string_view collection_name, Value id, const Named& values,
                                  std::optional<Version> expected) {
  Write write{.kind = Write::Kind::update, .collection = &collection(collection_name), .id = std::move(id)};
  for (const auto& [name, value] : values) write.changes.push_back({field(collection_name, name), value});
  write.expected_version = expected;
  return write;
}

Write RecordStoreContract::removal(std::string_view collection_name, Value id, std::optional<Version> expected) {
  Write write{.kind = Write::Kind::remove, .collection = &collection(collection_name), .id = std::move(id)};
  write.expected_version = expected;
  return write;
}

Result<Applied> RecordStoreContract::apply(std::vector<Write> writes) {
  WriteBatch batch;
  batch.writes = std::move(writes);
  return block_on(store().apply(context_, std::move(batch)));
}

Applied RecordStoreContract::must_apply(std::vector<Write> writes) {
  const std::size_t count = writes.size();
  Result<Applied> applied = apply(std::move(writes));
  if (!applied) throw std::runtime_error("refused: " + applied.error().message + " " + applied.error().detail);
  if (applied->changes.size() < count) throw std::runtime_error("fewer changes than writes");
  return std::move(*applied);
}

Changed RecordStoreContract::must_apply(Write write) {
  return must_apply(std::vector<Write>{std::move(write)}).changes.front();
}

Value RecordStoreContract::make(std::string_view collection_name, const Named& values) {
  return must_apply(creation(collection_name, values)).key.id;
}

Result<Record> RecordStoreContract::find(std::string_view collection_name, const Value& id) {
  const RecordKey wanted = key(collection_name, id);
  return block_on(store().find(context_, wanted, Source::primary));
}

Record RecordStoreContract::must_find(std::string_view collection_name, const Value& id) {
  Result<Record> found = find(collection_name, id);
  if (!found) throw std::runtime_error("not found: " + found.error().message);
  return std::move(*found);
}

Value RecordStoreContract::value_of(std::string_view collection_name, const Value& id, std::string_view field_name) {
  return must_find(collection_name, id).values.at(field(collection_name, field_name));
}

bool RecordStoreContract::exists(std::string_view collection_name, const Value& id) {
  const Result<Record> found = find(collection_name, id);
  if (!found && found.error().code != ErrorCode::not_found) throw std::runtime_error(found.error().message);
  return found.has_value();
}

Result<RecordPage> RecordStoreContract::list(Query query) { return block_on(store().list(context_, std::move(query))); }

Query RecordStoreContract::query(std::string_view collection_name, Filter filter, std::vector<OrderTerm> order) const {
  Query made;
  made.collection = &collection(collection_name);
  made.filter = std::move(filter);
  made.order = std::move(order);
  return made;
}

std::vector<Value> RecordStoreContract::ids(Query query) {
  Result<RecordPage> page = list(std::move(query));
  if (!page) throw std::runtime_error("list refused: " + page.error().message + " " + page.error().detail);
  std::vector<Value> found;
  for (Record& record : page->records) found.push_back(std::move(record.values.at(0)));
  return found;
}

Filter RecordStoreContract::where(std::string_view collection_name, std::string_view field_name, CompareOp op,
                                  std::vector<Value> operands) const {
  return Filter::compare(field(collection_name, field_name), op, std::move(operands));
}

std::vector<std::vector<Record>> RecordStoreContract::everything() {
  std::vector<std::vector<Record>> all;
  for (const Collection& each : schema_.collections) {
    Query whole = query(each.name);
    whole.limit = 100'000;
    Result<RecordPage> page = list(std::move(whole));
    if (!page) throw std::runtime_error("list refused: " + page.error().message);
    all.push_back(std::move(page->records));
  }
  return all;
}

Relation RecordStoreTrees::to_one(std::string_view collection_name, std::string_view reference) const {
  const std::size_t by = field(collection_name, reference);
  const Collection& near = collection(collection_name);
  return {.kind = Relation::Kind::to_one,
          .target = &schema_.collections[near.fields[by].reference_index],
          .field = by,
          .single = true};
}

Relation RecordStoreTrees::to_many(std::string_view target, std::string_view reference) const {
  return {.kind = Relation::Kind::to_many, .target = &collection(target), .field = field(target, reference)};
}

Relation RecordStoreTrees::through(std::string_view between, std::string_view near, std::string_view far) const {
  const std::size_t by = field(between, far);
  return {.kind = Relation::Kind::through,
          .target = &schema_.collections[collection(between).fields[by].reference_index],
          .field = field(between, near),
          .through = &collection(between),
          .through_field = by};
}

Term RecordStoreTrees::setting(std::vector<std::string> path, Term::Json json) const {
  Term made(field("users", "settings"));
  made.path = std::move(path);
  made.json = json;
  return made;
}

Term RecordStoreTrees::function_of(std::string_view collection_name, std::string_view field_name,
                                   Term::Function function) const {
  Term made(field(collection_name, field_name));
  made.function = function;
  return made;
}

Embed RecordStoreTrees::embed(const Relation& relation, Filter filter, std::vector<OrderTerm> order) const {
  Embed made{.relation = relation, .query = query(relation.target->name, std::move(filter), std::move(order))};
  made.query.limit = 1'000;
  return made;
}

RecordPage RecordStoreTrees::must_list(Query query) {
  Result<RecordPage> page = list(std::move(query));
  if (!page) throw std::runtime_error("list refused: " + page.error().message + " " + page.error().detail);
  return std::move(*page);
}

std::vector<std::vector<Value>> RecordStoreTrees::embedded_ids(const RecordPage& page, std::size_t embed) {
  std::vector<std::vector<Value>> all;
  for (const EmbeddedPage::Span& span : page.embeds.at(embed).spans) {
    auto& ids = all.emplace_back();
    for (std::size_t i = span.begin; i < span.end; ++i)
      ids.push_back(page.embeds.at(embed).page.records.at(i).values.at(0));
  }
  return all;
}

RecordStoreTrees::Blog RecordStoreTrees::fill_blog() {
  Blog blog;
  blog.eve = make("users", {{"name", text("Eve")}});
  blog.ann = make("users", {{"name", text("Ann")}, {"age", integer(40)}, {"boss", blog.eve}});
  blog.bob = make("users", {{"name", text("Bob")}, {"age", integer(30)}, {"boss", blog.ann}});
  blog.hers = make("posts", {{"title", text("hers")}, {"author", blog.ann}, {"editor", blog.bob}, {"rating", 4.5}});
  blog.his = make("posts", {{"title", text("his")}, {"author", blog.bob}, {"rating", 1.5}});
  blog.nobodys = make("posts", {{"title", text("nobody's")}});
  blog.red = make("tags", {{"id", uuid(1)}, {"label", text("red")}});
  blog.blue = make("tags", {{"id", uuid(2)}, {"label", text("blue")}});
  make("taggings", {{"post", blog.hers}, {"tag", blog.red}});
  make("taggings", {{"post", blog.hers}, {"tag", blog.blue}});
  make("taggings", {{"post", blog.his}, {"tag", blog.blue}});
  return blog;
}

Write RecordStoreMatches::change_of_matches(std::string_view collection_name, Filter filter, const Named& values) {
  Write write = change(collection_name, Null(), values);
  write.kind = Write::Kind::update_matches;
  write.filter = std::move(filter);
  return write;
}

Write RecordStoreMatches::removal_of_matches(std::string_view collection_name, Filter filter) {
  Write write = removal(collection_name, Null());
  write.kind = Write::Kind::remove_matches;
  write.filter = std::move(filter);
  return write;
}

Write RecordStoreMatches::upsertion(std::string_view collection_name, const Named& values,
                                    const std::vector<std::string_view>& conflict, const Named& on_conflict) {
  Write write = creation(collection_name, values);
  write.kind = Write::Kind::upsert;
  for (const std::string_view name : conflict) write.conflict.push_back(field(collection_name, name));
  for (const auto& [name, value] : on_conflict) write.on_conflict.push_back({field(collection_name, name), value});
  return write;
}

Result<Applied> RecordStoreMatches::rehearse(std::vector<Write> writes) {
  WriteBatch batch;
  batch.writes = std::move(writes);
  batch.rehearsal = true;
  return block_on(store().apply(context_, std::move(batch)));
}

testing::AssertionResult is_denied(const Result<Applied>& result, const std::vector<std::string>& fields) {
  auto failed = fails_with(result, ErrorCode::forbidden, fields);
  if (!failed || result.error().reason == "access_denied") return failed;
  return testing::AssertionFailure() << "the reason is '" << result.error().reason << "'";
}

std::vector<std::string> problem_fields(const Error& error) {
  std::vector<std::string> names;
  for (const FieldProblem& problem : error.fields) names.push_back(problem.field);
  std::ranges::sort(names);
  return names;
}

testing::AssertionResult fails_with(const Result<Applied>& result, ErrorCode code,
                                    const std::vector<std::string>& fields) {
  if (result) return testing::AssertionFailure() << "it was done, but should fail with " << to_string(code);
  const Error& error = result.error();
  const auto names = problem_fields(error);
  if (error.code == code && names == fields) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  failure << "fails with " << to_string(error.code) << " (" << error.message << ") at";
  for (const std::string& name : names) failure << " '" << name << "'";
  failure << ", but should with " << to_string(code) << " at";
  for (const std::string& name : fields) failure << " '" << name << "'";
  return failure;
}

}  // namespace banyan::contracts
