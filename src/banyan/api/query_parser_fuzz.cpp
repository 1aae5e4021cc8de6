#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "banyan/api/query_parser.hpp"

// Any query string: either a query within its bounds over fields that are there, or an error that says something.
namespace {

using namespace banyan;

void require(bool held) {
  if (!held) std::abort();
}

Schema every_type() {
  Collection collection;
  collection.name = "things";
  collection.fields.resize(1);
  collection.fields.front().name = "id";
  collection.fields.front().role = FieldRole::id;
  collection.fields.front().type = FieldType::integer;
  collection.fields.front().required = true;
  constexpr FieldType types[] = {FieldType::text, FieldType::integer, FieldType::number,      FieldType::boolean,
                                 FieldType::date, FieldType::json,    FieldType::enumeration, FieldType::timestamp,
                                 FieldType::uuid, FieldType::email,   FieldType::url};
  for (const FieldType type : types) {
    Field& field = collection.fields.emplace_back();
    field.name = std::string(1, static_cast<char>('a' + collection.fields.size() - 2));
    field.type = type;
    if (type == FieldType::enumeration) field.enum_values = {"open", "paid"};
  }
  Schema schema;
  schema.collections.push_back(std::move(collection));
  require(complete(schema).empty());
  return schema;
}

// How many comparisons it has.
std::size_t check_filter(const Collection& collection, const Filter& filter) {
  std::size_t count = 0;
  if (filter.kind == Filter::Kind::comparison) {
    require(filter.term.field.field < collection.fields.size());
    count = 1;
  }
  for (const Filter& child : filter.children) count += check_filter(collection, child);
  return count;
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported);
  require(!error.message.empty() && error.message.size() < 4000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Schema schema = every_type();
  static const Collection& collection = schema.collections.front();
  constexpr api::QueryLimits limits{.default_limit = 10, .max_limit = 100, .filter_count_max = 5, .in_operands_max = 8};
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (const auto parsed = api::parse_list_query(text, collection, limits)) {
    require(parsed->query.limit <= limits.max_limit);
    require(check_filter(collection, parsed->query.filter) <= limits.filter_count_max);
    static const Record nulls{.version = 1, .values = std::vector<Value>(collection.fields.size())};
    matches(parsed->query.filter, nulls);
    require(parsed->query.order.size() <= collection.fields.size());
    for (const OrderTerm& term : parsed->query.order) require(term.field.field < collection.fields.size());
    if (parsed->select)
      require(std::ranges::all_of(*parsed->select, [](std::size_t place) { return place < collection.fields.size(); }));
  } else {
    check_error(parsed.error());
  }
  if (const auto select = api::parse_record_query(text, collection); !select) check_error(select.error());
  return 0;
}
