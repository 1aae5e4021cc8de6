#pragma once

#include <cstdint>

namespace banyan::postgres {

/// Whose log the positions of a session are of. A primary keeps its timeline for as long as a session lasts.
struct ServerIdentity {
  std::uint64_t system = 0;  ///< 0 where it has not been asked yet.
  std::uint32_t timeline = 0;
  bool new_timeline = false;     ///< When it was asked the timeline may have been some seconds old.
  std::uint64_t page_bytes = 0;  ///< Of its log's pages and files.
  std::uint64_t file_bytes = 0;
};

}  // namespace banyan::postgres
