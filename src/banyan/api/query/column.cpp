#include "banyan/api/query/column.hpp"

#include <algorithm>
#include <utility>

#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view arrow = "->";

// A hyphen belongs to a name unless an arrow begins with it.
std::string_view take_plain(Scanner& scanner, std::string_view stops) {
  const std::string_view rest = scanner.rest();
  const std::size_t end = std::min({rest.find(arrow), rest.find_first_of(stops), rest.size()});
  return scanner.take_bytes(end);
}

}  // namespace

Result<std::string> take_name(Scanner& scanner, std::string_view stops) {
  scanner.skip_blanks();
  if (!scanner.take("\"")) return std::string(trimmed(take_plain(scanner, stops)));
  auto name = scanner.take_quoted();
  if (!name) return malformed("A double quote is not closed.", std::string(scanner.hint()));
  scanner.skip_blanks();
  return std::move(*name);
}

Result<void> take_path(Scanner& scanner, std::string_view stops, std::size_t steps_max, ColumnName& column) {
  while (scanner.take(arrow)) {
    if (column.as_text) return malformed("Nothing can follow the text that '->>' takes.", "Write extra->a->b->>c.");
    column.as_text = scanner.take(">");
    Result<std::string> step = take_name(scanner, stops);
    if (!step) return std::unexpected(std::move(step.error()));
    if (step->empty()) return scanner.unexpected_here("a member's name or an element's number");
    if (column.path.size() == steps_max)
      return malformed("A path takes at most " + std::to_string(steps_max) + " steps.", "Ask for what is less deep.");
    column.path.push_back(std::move(*step));
  }
  return {};
}

Result<Column> column_of(const Collection& collection, const ColumnName& name,
                         const std::vector<std::string_view>& others) {
  const auto place = collection.find_field(name.name);
  if (!place) {
    std::vector<std::string_view> words = collection.field_names();
    words.insert(words.end(), others.begin(), others.end());
    const std::string nearest = did_you_mean(name.name, words);
    std::string known;
    for (const std::string_view word : words) known += (known.empty() ? "" : ", ") + std::string(word);
    return malformed(quoted(name.name) + " is not a field of " + collection.name + (nearest.empty() ? "." : nearest),
                     "Known here: " + known + ".", "unknown_field");
  }
  Column column{&collection.fields[*place], Term(*place)};
  if (!name.path.empty() && column.field->type != FieldType::json)
    return malformed("'->' looks into json, and " + quoted(name.name) + " is of type " +
                         std::string(to_string(column.field->type)) + ".",
                     "Leave the arrow out.");
  column.term.path = name.path;
  column.term.json = name.as_text ? Term::Json::text : Term::Json::value;
  return column;
}

}  // namespace banyan::api
