#pragma once

#include <vector>

#include "banyan/api/openapi/operations.hpp"

namespace banyan::openapi {

/// Everything that the query string of a list may hold: filters, a field each, and the words of the grammar.
std::vector<Parameter> list_parameters(const Description& description, const Collection& collection);

Parameter select_parameter(const Collection& collection);
Parameter id_parameter(const Schema& schema, const Collection& collection);
Parameter if_match_parameter();
Parameter if_none_match_parameter();
Parameter position_parameter();

/// The operators of a filter on the field, as the grammar has them: "eq", "in", …
std::vector<std::string_view> operators_of(const Collection& collection, std::size_t field);

}  // namespace banyan::openapi
