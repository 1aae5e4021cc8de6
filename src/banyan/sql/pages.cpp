#include "banyan/sql/pages.hpp"

#include <algorithm>
#include <limits>

#include "banyan/sql/composer.hpp"
#include "banyan/sql/tree.hpp"

namespace banyan::sql {
namespace {

// Names of columns that no collection has: fields begin with a letter.
constexpr std::string_view parent_column = "\"_parent\"";
constexpr std::string_view place_column = "\"_place\"";

std::string group_column(std::size_t place) { return "\"_" + std::to_string(place) + "\""; }

std::string columns(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.collection.fields.size(); ++i) text += table.column(i) + ", ";
  return text + table.version();
}

Field field_of(const Collection& collection, const Term& term) {
  Field made;
  if (term.path.empty() && term.function == Term::Function::none) {
    const Field& field = collection.fields[term.field];
    made.type = field.type;
    made.reference_to = field.reference_to;
  } else if (term.function == Term::Function::length) {
    made.type = FieldType::integer;
  } else if (term.path.empty() || term.json == Term::Json::text) {
    made.type = FieldType::text;
  } else {
    made.type = term.json == Term::Json::value ? FieldType::json : FieldType::number;
  }
  made.storage = storage_of(collection, term);
  return made;
}

Field field_of(const Collection& collection, const Aggregate& aggregate) {
  Field made;
  switch (aggregate.function) {
    case Aggregate::Function::count: made.type = FieldType::integer; break;
    case Aggregate::Function::avg: made.type = FieldType::number; break;
    case Aggregate::Function::sum:
    case Aggregate::Function::min:
    case Aggregate::Function::max: return field_of(collection, *aggregate.term);
  }
  made.storage = made.type == FieldType::integer ? Field::Storage::integer : Field::Storage::number;
  return made;
}

/// `<term> AS "_0", …, <aggregate> AS "_2"`
std::string group_columns(Composer& composer, const Dialect& dialect, const Table& table, const Grouping& grouping) {
  std::string text;
  std::size_t place = 0;
  const auto append = [&](std::string_view expression) {
    if (place > 0) text += ", ";
    text.append(expression).append(" AS ").append(group_column(place++));
  };
  for (const Term& term : grouping.by) append(composer.term(table, term));
  for (const Aggregate& aggregate : grouping.aggregates) {
    std::string made;
    if (!aggregate.term)
      made = "count(*)";
    else
      dialect.append_aggregate(made, aggregate.function, composer.term(table, *aggregate.term),
                               field_of(table.collection, *aggregate.term));
    append(made);
  }
  if (place == 0) append("count(*)");
  return text;
}

/// `"_0", …, "_2"`: what group_columns() made, from outside.
std::string group_names(const Grouping& grouping) {
  std::string text = group_column(0);
  for (std::size_t i = 1; i < grouping.by.size() + grouping.aggregates.size(); ++i) text += ", " + group_column(i);
  return text;
}

/// `1, 2, 3`: the first columns of the statement.
std::string first_columns(std::size_t count) {
  std::string text;
  for (std::size_t i = 1; i <= count; ++i) text += (i > 1 ? ", " : "") + std::to_string(i);
  return text;
}

std::string order_of_groups(const Composer& composer, const Query& query) {
  std::string text;
  for (const GroupOrder& order : group_order(query)) {
    if (!text.empty()) text += ", ";
    const Term& term = query.grouping->by[order.place];
    text += group_column(order.place) + composer.direction(order.term, can_be_null(*query.collection, term));
  }
  return text;
}

Value bounded(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max()));
}

void append_bounds(Composer& composer, const Query& query) {
  const std::string limit = composer.own_parameter(bounded(query.limit), ParameterType::integer);
  const std::string offset = composer.own_parameter(bounded(query.offset), ParameterType::integer);
  composer.add({" LIMIT ", limit, " OFFSET ", offset});
}

/// Where the records of an embed come from, and the column that says which record each belongs to.
struct Source {
  Table table;
  std::string text;
  std::string parent;
};

Source source_of(Composer& composer, const Embed& embed, std::span<const Value> keys) {
  const Relation& relation = embed.relation;
  const Field::Storage storage = key_storage(relation);
  Source source{composer.table(*relation.target), {}, {}};
  std::string where;
  if (relation.kind == Relation::Kind::through) {
    const Table between = composer.table(*relation.through);
    source.parent = "ties." + std::string(parent_column);
    source.text = " FROM (SELECT DISTINCT " + between.column(relation.field) + " AS " + std::string(parent_column) +
                  ", " + between.column(relation.through_field) + " AS \"_target\" FROM " + between.source() +
                  " WHERE " + composer.any_of(between.column(relation.field), keys, storage);
    if (!embed.through_filter.is_all()) source.text += " AND " + composer.condition(between, embed.through_filter);
    source.text += ") AS ties JOIN " + source.table.source() + " ON " + source.table.column(0) + " = ties.\"_target\"";
  } else {
    source.parent = source.table.column(relation.kind == Relation::Kind::to_one ? 0 : relation.field);
    source.text = " FROM " + source.table.source();
    where = composer.any_of(source.parent, keys, storage);
  }
  if (!embed.query.filter.is_all())
    where += (where.empty() ? "" : " AND ") + composer.condition(source.table, embed.query.filter);
  if (!where.empty()) source.text += " WHERE " + where;
  return source;
}

/// `SELECT … FROM (<inner>) AS placed WHERE "_place" > … AND "_place" <= … ORDER BY "_parent", "_place" LIMIT …`
void append_placed(Composer& composer, std::string_view columns, std::string_view inner, const Query& query,
                   std::size_t rows_max) {
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t from = std::min<std::uint64_t>(query.offset, most - query.limit);
  const std::string after = composer.own_parameter(bounded(from), ParameterType::integer);
  const std::string last = composer.own_parameter(bounded(from + query.limit), ParameterType::integer);
  const std::string rows = composer.own_parameter(bounded(rows_max), ParameterType::integer);
  composer.add({"SELECT ",    columns,       ", ",  parent_column, " FROM (",    inner,  ") AS placed WHERE ",
                place_column, " > ",         after, " AND ",       place_column, " <= ", last,
                " ORDER BY ", parent_column, ", ",  place_column,  " LIMIT ",    rows});
}

std::string place_in(std::string_view parent, std::string_view order) {
  std::string text = "row_number() OVER (PARTITION BY " + std::string(parent);
  if (!order.empty()) text.append(" ORDER BY ").append(order);
  return text.append(") AS ").append(place_column);
}

void append_groups(Composer& composer, const Dialect& dialect, const Embed& embed, std::span<const Value> keys,
                   std::size_t rows_max) {
  const Query& query = embed.query;
  const Grouping& grouping = *query.grouping;
  const Source source = source_of(composer, embed, keys);
  const std::string groups = "SELECT " + source.parent + " AS " + std::string(parent_column) + ", " +
                             group_columns(composer, dialect, source.table, grouping) + source.text + " GROUP BY " +
                             first_columns(grouping.by.size() + 1);
  const std::string names = group_names(grouping);
  const std::string inner = "SELECT " + names + ", " + std::string(parent_column) + ", " +
                            place_in(parent_column, order_of_groups(composer, query)) + " FROM (" + groups +
                            ") AS grouped";
  append_placed(composer, names, inner, query, rows_max);
}

/// All that belong to the records, in order.
void append_all(Composer& composer, const Embed& embed, std::span<const Value> keys, std::size_t rows_max) {
  const Source source = source_of(composer, embed, keys);
  composer.add({"SELECT ", columns(source.table), ", ", source.parent, " AS ", parent_column, source.text, " ORDER BY ",
                parent_column});
  if (!embed.relation.single) composer.add({", ", composer.order(source.table, embed.query.order)});
  composer.add({" LIMIT ", composer.own_parameter(bounded(rows_max), ParameterType::integer)});
}

/// A page for each record, by numbering what belongs to it.
void append_numbered(Composer& composer, const Embed& embed, std::span<const Value> keys, std::size_t rows_max) {
  const Query& query = embed.query;
  const Source source = source_of(composer, embed, keys);
  const std::string inner = "SELECT " + columns(source.table) + ", " + source.parent + " AS " +
                            std::string(parent_column) + ", " +
                            place_in(source.parent, composer.order(source.table, query.order)) + source.text;
  std::string names;
  for (const Field& field : embed.relation.target->fields) names += quoted(field.name) + ", ";
  append_placed(composer, names + quoted(version_column), inner, query, rows_max);
}

/// The condition that the record belongs to that of the key.
std::string belongs_to(Composer& composer, const Table& table, const Embed& embed, const std::string& key) {
  const Relation& relation = embed.relation;
  if (relation.kind != Relation::Kind::through)
    return table.column(relation.kind == Relation::Kind::to_one ? 0 : relation.field) + " = " + key;
  const Table between = composer.table(*relation.through);
  std::string text = table.column(0) + " IN (SELECT " + between.column(relation.through_field) + " FROM " +
                     between.source() + " WHERE " + between.column(relation.field) + " = " + key;
  if (!embed.through_filter.is_all()) text += " AND " + composer.condition(between, embed.through_filter);
  return text + ")";
}

/// A page for each record, by asking for the ids of one after the other within the statement.
void append_paged(Composer& composer, const Dialect& dialect, const Embed& embed, std::span<const Value> keys,
                  std::size_t rows_max) {
  const Query& query = embed.query;
  const Table target = composer.table(*embed.relation.target);
  const Table inner = composer.table(*embed.relation.target);
  std::string list;
  dialect.append_listed(list, composer.own_parameter(dialect.list_operand(keys), ParameterType::placed));
  composer.add({"SELECT ", columns(target), ", listed.value FROM ", list, " AS listed CROSS JOIN ", target.source(),
                " ON ", target.column(0), " IN (SELECT ", inner.column(0), " FROM ", inner.source(), " WHERE ",
                belongs_to(composer, inner, embed, "listed.value")});
  if (!query.filter.is_all()) composer.add({" AND ", composer.condition(inner, query.filter)});
  composer.add({" ORDER BY ", composer.order(inner, query.order)});
  append_bounds(composer, query);
  composer.add({") ORDER BY listed.key, ", composer.order(target, query.order), " LIMIT ",
                composer.own_parameter(bounded(rows_max), ParameterType::integer)});
}

void append_records(Composer& composer, const Dialect& dialect, const Embed& embed, std::span<const Value> keys,
                    std::size_t rows_max) {
  const Query& query = embed.query;
  const bool comes_whole = query.limit >= rows_max || (embed.relation.single && query.limit > 0);
  if (query.offset == 0 && comes_whole)
    append_all(composer, embed, keys, rows_max);
  else if (dialect.lists_keys())
    append_paged(composer, dialect, embed, keys, rows_max);
  else
    append_numbered(composer, embed, keys, rows_max);
}

/// The groups of all records that match, in order.
void append_top_groups(Composer& composer, const Dialect& dialect, const Table& table, const Query& query) {
  const Grouping& grouping = *query.grouping;
  // Databases leave out what a page does not show. Counting over all groups has each of them made, so that a sum that
  // does not fit is an error on every page and in every store.
  const bool all_are_made = sums(grouping) && !grouping.by.empty();
  if (all_are_made) composer.add({"SELECT ", group_names(grouping), ", count(*) OVER () FROM ("});
  composer.add({"SELECT ", group_columns(composer, dialect, table, grouping), " FROM ", table.source()});
  composer.where(table, query.filter);
  if (!grouping.by.empty()) composer.add({" GROUP BY ", first_columns(grouping.by.size())});
  if (all_are_made) composer.add({") AS grouped"});
  if (!grouping.by.empty()) composer.add({" ORDER BY ", order_of_groups(composer, query)});
}

}  // namespace

std::size_t text_bytes(std::span<const Value> values) noexcept {
  std::size_t bytes = 0;
  for (const Value& value : values)
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  return bytes;
}

Error page_too_large(std::size_t bytes_max) {
  return Error(ErrorCode::too_large, "the page would hold more than " + std::to_string(bytes_max) + " bytes")
      .with_reason("page_too_large")
      .with_hint("ask for fewer records with limit");
}

bool sums(const Grouping& grouping) {
  return std::ranges::any_of(grouping.aggregates, [](const Aggregate& one) {
    return one.function == Aggregate::Function::sum || one.function == Aggregate::Function::avg;
  });
}

std::vector<Field> row_fields(const Collection& collection, const Grouping& grouping) {
  std::vector<Field> fields;
  for (const Term& term : grouping.by) fields.push_back(field_of(collection, term));
  for (const Aggregate& aggregate : grouping.aggregates) fields.push_back(field_of(collection, aggregate));
  return fields;
}

std::vector<GroupOrder> group_order(const Query& query) {
  std::vector<GroupOrder> order;
  std::vector<bool> used(query.grouping->by.size());
  const auto add = [&](std::size_t place, OrderTerm term) {
    if (!used[place]) order.push_back({place, std::move(term)});
    used[place] = true;
  };
  for (const OrderTerm& term : query.order) {
    const auto found = std::ranges::find(query.grouping->by, term.field);
    if (found != query.grouping->by.end()) add(static_cast<std::size_t>(found - query.grouping->by.begin()), term);
  }
  for (std::size_t i = 0; i < query.grouping->by.size(); ++i) add(i, OrderTerm{.field = query.grouping->by[i]});
  return order;
}

Result<StatementText> select_page(const Dialect& dialect, const Schema& schema, const Query& query) {
  Composer composer(dialect, schema);
  const Table table = composer.table(*query.collection);
  if (!query.grouping) {
    composer.add({"SELECT ", columns(table), " FROM ", table.source()}).where(table, query.filter);
    composer.add({" ORDER BY ", composer.order(table, query.order)});
  } else {
    append_top_groups(composer, dialect, table, query);
  }
  append_bounds(composer, query);
  return composer.finish();
}

Result<StatementText> select_count(const Dialect& dialect, const Schema& schema, const Query& query) {
  Composer composer(dialect, schema);
  const Table table = composer.table(*query.collection);
  if (!query.grouping || query.grouping->by.empty()) {
    composer.add({"SELECT count(*) FROM ", query.grouping ? "(SELECT count(*) FROM " : "", table.source()});
    composer.where(table, query.filter).add({query.grouping ? ") AS grouped" : ""});
    return composer.finish();
  }
  // Groups are counted by what makes them: no aggregate is looked at, nor can fail.
  const Grouping keys{.by = query.grouping->by, .aggregates = {}};
  composer.add(
      {"SELECT count(*) FROM (SELECT ", group_columns(composer, dialect, table, keys), " FROM ", table.source()});
  composer.where(table, query.filter);
  composer.add({" GROUP BY ", first_columns(query.grouping->by.size()), ") AS grouped"});
  return composer.finish();
}

Result<StatementText> select_embedded(const Dialect& dialect, const Schema& schema, const Embed& embed,
                                      std::span<const Value> keys, std::size_t rows_max) {
  Composer composer(dialect, schema);
  if (embed.query.grouping)
    append_groups(composer, dialect, embed, keys, rows_max);
  else
    append_records(composer, dialect, embed, keys, rows_max);
  return composer.finish();
}

}  // namespace banyan::sql
