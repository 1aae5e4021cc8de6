#include <algorithm>

#include "banyan/sql/comparison.hpp"

namespace banyan::sql {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> names_of(const Collection& collection, const Index& index) {
  std::vector<std::string> names;
  for (const std::size_t field : index.fields) names.push_back(collection.fields[field].name);
  return names;
}

/// Whether the index of the database does what the wanted one is for.
bool serves(const IndexShape& have, const std::vector<std::string>& wanted, bool unique) {
  if (!have.plain) return false;
  if (unique) return have.unique && std::ranges::is_permutation(have.columns, wanted);
  return have.columns.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), have.columns.begin());
}

}  // namespace

Result<void> Comparison::compare_indexes(const Collection& collection, const TableShape& table) {
  const std::vector<Index> wanted = wanted_indexes(collection);
  for (const Index& index : wanted) {
    const bool there = std::ranges::any_of(
        table.indexes, [&](const IndexShape& have) { return serves(have, names_of(collection, index), index.unique); });
    if (there) continue;
    if (auto done = add_index(collection, table, index); !done) return done;
  }
  const bool is_searched =
      std::ranges::find(table.indexes, search_index_name(collection), &IndexShape::name) != table.indexes.end();
  if (!is_searched && create_search_index(collection, dialect_))
    make_index(collection,
               "add search in " + table.name + " (" + joined(names_of(collection, {collection.search})) + ")",
               search_index_name(collection), *create_search_index(collection, dialect_, beside_writers()));
  for (const IndexShape& have : table.indexes) {
    const bool declared = std::ranges::any_of(
        wanted, [&](const Index& index) { return serves(have, names_of(collection, index), true) && index.unique; });
    if (have.unique && !declared) {
      unknown(collection.name, "unique index " + have.name + " on " + table.name + " (" + joined(have.columns) +
                                   ") is not in the config and goes on refusing duplicates");
    }
  }
  return {};
}

Result<void> Comparison::add_index(const Collection& collection, const TableShape& table, const Index& index) {
  const std::vector<std::string> names = names_of(collection, index);
  const std::string what =
      std::string(index.unique ? "add unique index on " : "add index on ") + table.name + " (" + joined(names) + ")";
  const bool columns_exist =
      std::ranges::all_of(names, [&](const std::string& name) { return table.find_column(name) != nullptr; });
  const auto wanted = [&](const std::string& name) { return collection.fields[*collection.find_field(name)]; };
  if (index.unique && has_rows_) {
    if (columns_exist) {
      auto duplicate = probe_.duplicate(table.name, names);
      if (!duplicate) return fail(std::move(duplicate.error()));
      if (duplicate->has_value()) {
        blocking(collection.name, what + ": more than one record has " + **duplicate,
                 "change or delete all but one of them, then start again");
        return {};
      }
    } else if (std::ranges::all_of(names,
                                   [&](const std::string& name) { return !is_null(fill_value(wanted(name))); })) {
      // Every row would get the same value.
      blocking(collection.name, what + ": every record would get the same default",
               "add the field without a default, give each record its own value, then make it unique");
      return {};
    }
  }
  make_index(collection, what, index_name(collection, index), create_index(collection, index, beside_writers()));
  return {};
}

std::string_view Comparison::beside_writers() const { return has_rows_ ? dialect_.beside_writers() : ""; }

void Comparison::make_index(const Collection& collection, std::string what, const std::string& name,
                            std::string statement) {
  std::vector<std::string> statements;
  // An attempt that failed may have left one that is good for nothing but in the way.
  if (!dialect_.beside_writers().empty())
    statements.push_back("DROP INDEX " + std::string(beside_writers()) + "IF EXISTS " + quoted(name));
  statements.push_back(std::move(statement));
  additive(collection.name, std::move(what), std::move(statements));
  plan_.differences.back().apart = !beside_writers().empty();
}

}  // namespace banyan::sql
