#include "banyan/base/result.hpp"

namespace banyan {

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::reference_broken: return "reference_broken";
    case ErrorCode::version_mismatch: return "version_mismatch";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::overloaded: return "overloaded";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::outcome_unknown: return "outcome_unknown";
    case ErrorCode::deadline_exceeded: return "deadline_exceeded";
    case ErrorCode::storage_full: return "storage_full";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

}  // namespace banyan
