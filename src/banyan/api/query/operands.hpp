#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/query/column.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// The operand of eq, gt and their like, by the column's type; JSON where the column is a value within json.
Result<Value> operand_of(const Column& column, std::string_view text);

/// What 'is' is asked for, in lower case: "null".
std::string word_of_is(std::string_view operand);

/// Canonical JSON of an operand that must be JSON.
Result<Value> json_operand(std::string_view text);

/// PostgREST's `*` for `%`, so that a pattern needs no escaping in a URL; `\*` is a plain asterisk.
std::string pattern_of(std::string_view text);

/// `(a,"b,c")` or `{a,"b,c"}`: runs up to a comma, or quoted texts in which a backslash takes the next character. An
/// element in round brackets may be empty, and blanks belong to it. In braces blanks around it do not, and none is
/// empty without quotes, as in an array of PostgreSQL's; of which there is no more: no null, no array within, and
/// outside of quotes a backslash is one. `word` is the operator, for messages.
Result<std::vector<std::string>> elements_of(std::string_view text, char open, std::string_view word,
                                             std::size_t elements_max);

}  // namespace banyan::api
