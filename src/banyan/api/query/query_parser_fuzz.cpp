#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "banyan/api/query/page_json.hpp"
#include "banyan/api/query/parser.hpp"
#include "banyan/core/json_text.hpp"

// Any query string: either a query within its bounds over fields that are there, whose answer is well-formed JSON, or
// an error that says something.
namespace {

using namespace banyan;

constexpr api::QueryLimits limits{.default_limit = 10,
                                  .max_limit = 100,
                                  .filter_count_max = 5,
                                  .in_operands_max = 8,
                                  .logic_depth_max = 4,
                                  .select_members_max = 20,
                                  .order_terms_max = 4,
                                  .path_steps_max = 4,
                                  .embed_depth_max = 3,
                                  .embeds_max = 5};

void require(bool held) {
  if (!held) std::abort();
}

Field field(std::string name, FieldType type) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  if (type == FieldType::enumeration) made.enum_values = {"open", "paid"};
  return made;
}

Field reference(std::string name, std::string to) {
  Field made = field(std::move(name), FieldType::reference);
  made.reference_to = std::move(to);
  return made;
}

Collection collection(std::string name, std::vector<Field> fields) {
  Collection made;
  made.name = std::move(name);
  made.fields.push_back(make_id_field(IdKind::integer));
  made.fields.insert(made.fields.end(), std::make_move_iterator(fields.begin()), std::make_move_iterator(fields.end()));
  return made;
}

// Every type; references of each kind, one way twice.
Schema every_type() {
  constexpr FieldType types[] = {FieldType::text, FieldType::integer, FieldType::number,      FieldType::boolean,
                                 FieldType::date, FieldType::json,    FieldType::enumeration, FieldType::timestamp,
                                 FieldType::uuid, FieldType::email,   FieldType::url};
  std::vector<Field> fields;
  for (const FieldType type : types)
    fields.push_back(field(std::string(1, static_cast<char>('a' + fields.size())), type));
  fields.push_back(reference("up", "things"));
  Schema schema;
  schema.collections.push_back(collection("things", std::move(fields)));
  schema.collections.front().search = {1};
  schema.collections.push_back(collection("tags", {field("t", FieldType::text)}));
  schema.collections.push_back(collection("links", {reference("x", "things"), reference("y", "tags")}));
  schema.collections.push_back(collection("notes", {reference("p", "things"), reference("q", "things")}));
  require(complete(schema).empty());
  return schema;
}

// How many comparisons it has, and ways to other collections.
std::size_t check_filter(const Collection& of, const Filter& filter) {
  if (filter.kind == Filter::Kind::comparison) {
    require(filter.term.field < of.fields.size());
    require(filter.operands.size() <= limits.in_operands_max);
    return 1;
  }
  std::size_t count = 0;
  const Collection& inner = filter.kind == Filter::Kind::related ? *filter.relation.target : of;
  for (const Filter& child : filter.children) {
    if (&child == &filter.children.front()) {
      count += check_filter(inner, child);
    } else {
      count += check_filter(filter.kind == Filter::Kind::related ? *filter.relation.through : of, child);
    }
  }
  return count;
}

std::size_t check_query(const Query& query, std::size_t depth) {
  require(depth <= limits.embed_depth_max);
  require(query.limit <= limits.max_limit);
  check_filter(*query.collection, query.filter);
  require(query.order.size() <= limits.order_terms_max);
  std::size_t embeds = query.embeds.size();
  for (const Embed& embed : query.embeds) {
    require(embed.query.collection == embed.relation.target);
    embeds += check_query(embed.query, depth + 1);
  }
  require(!query.grouping || query.embeds.empty());
  return embeds;
}

// A page of one record of nulls, and whatever it embeds likewise.
RecordPage page_of(const Query& query) {
  RecordPage page;
  if (query.grouping) {
    page.rows.emplace_back(query.grouping->by.size() + query.grouping->aggregates.size());
  } else {
    page.records.push_back({.version = 1, .values = std::vector<Value>(query.collection->fields.size())});
    matches(query.filter, page.records.front());
  }
  for (const Embed& embed : query.embeds) page.embeds.push_back({page_of(embed.query), {{0, 1}}});
  return page;
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported);
  require(!error.message.empty() && error.message.size() < 4000);
  require(!error.hint.empty());
}

void check(const Result<api::ParsedQuery>& parsed) {
  if (!parsed) return check_error(parsed.error());
  require(check_query(parsed->query, 0) <= limits.embeds_max);
  std::string body;
  require(api::append_page(body, parsed->selection, page_of(parsed->query)).has_value());
  require(parse_json(body, 64).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Schema schema = every_type();
  const api::QuerySubject subject{schema, schema.collections.front(), limits};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(api::parse_list_query(text, subject));
  check(api::parse_record_query(text, subject));
  return 0;
}
