#pragma once

#include <cstdint>
#include <string>

#include "banyan/core/value.hpp"

/// Values, as tests of queries write them.
namespace banyan::query_testing {

inline Value text(const char* value) { return std::string(value); }
inline Value integer(std::int64_t value) { return value; }

}  // namespace banyan::query_testing
