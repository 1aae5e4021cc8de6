#include "banyan/api/query/aggregates.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "banyan/api/query/cast.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

using Function = Aggregate::Function;

struct Word {
  std::string_view word;
  Function function;
};

constexpr std::array functions = {
    Word{"count", Function::count}, Word{"sum", Function::sum}, Word{"avg", Function::avg},
    Word{"min", Function::min},     Word{"max", Function::max},
};

// Numbers within json are aggregated as numbers once they are cast; any other cast must change nothing.
Result<void> cast_before(Column& column, FieldType& type, std::string_view name) {
  Result<Cast> cast = cast_from(name, type);
  if (!cast) return std::unexpected(std::move(cast.error()));
  if (cast->to == type && cast->to != FieldType::integer && cast->word != "real") return {};
  if (column.is_path() && cast->to == FieldType::number && cast->word != "real" && column.is_json()) {
    column.term.json = Term::Json::number;
    type = FieldType::number;
    return {};
  }
  return fail(
      Error(ErrorCode::unsupported, "A cast to " + std::string(cast->word) + " before an aggregate is not offered.")
          .with_hint("Within json ::numeric is: extra->n::numeric.sum(). Cast the result otherwise."));
}

bool fits(Function function, FieldType type) {
  switch (function) {
    case Function::count: return true;
    case Function::sum:
    case Function::avg: return type == FieldType::integer || type == FieldType::number;
    case Function::min:
    case Function::max: return type != FieldType::boolean && type != FieldType::json;
  }
  return false;
}

}  // namespace

Result<TypedAggregate> aggregate_of(std::string_view function, const Column& column, std::string_view cast) {
  const auto* word = std::ranges::find(functions, function, &Word::word);
  if (word == functions.end()) {
    constexpr std::string_view words[] = {"count", "sum", "avg", "min", "max"};
    const std::string nearest = did_you_mean(function, words);
    return malformed(quoted(function) + " is not an aggregate" + (nearest.empty() ? "." : nearest),
                     "Write age.avg(), count(), or sum, min and max likewise.");
  }
  TypedAggregate made{{word->function, std::nullopt}, FieldType::integer};
  if (column.field == nullptr) return made;
  Column counted = column;
  FieldType type = column.type();
  if (!cast.empty()) {
    if (Result<void> given = cast_before(counted, type, cast); !given) return std::unexpected(std::move(given.error()));
  }
  if (!fits(word->function, type)) {
    const std::string hint = column.is_path()
                                 ? "Say what the values are: extra->n::numeric." + std::string(function) + "()."
                                 : "Use count, or a field of another type.";
    return malformed("'" + column.field->name + "' is of type " + std::string(to_string(type)) + " here, which " +
                         std::string(function) + " does not take.",
                     hint);
  }
  made.aggregate.term = counted.term;
  if (word->function == Function::avg) type = FieldType::number;
  if (word->function != Function::count) made.type = type;
  return made;
}

}  // namespace banyan::api
