#pragma once

#include <string_view>

#include "banyan/base/result.hpp"

namespace banyan::api {

/// The parameters of the grammar that are no filters.
namespace words {
inline constexpr std::string_view select = "select";
inline constexpr std::string_view order = "order";
inline constexpr std::string_view limit = "limit";
inline constexpr std::string_view offset = "offset";
inline constexpr std::string_view all = "and";
inline constexpr std::string_view any = "or";
inline constexpr std::string_view not_all = "not.and";
inline constexpr std::string_view not_any = "not.or";
}  // namespace words

/// Says which parameter the error is about: every error names one.
std::unexpected<Error> of_parameter(std::string_view parameter, Error error);

}  // namespace banyan::api
