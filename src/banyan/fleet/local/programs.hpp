#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// Finds the programs that a fleet on this machine runs. Thread safety: none needed, it holds only where to look.
class Programs {
 public:
  /// `path` is that of the environment, its folders first; then /usr/sbin, /usr/local/sbin, and PostgreSQL's newest
  /// under `postgres_root`.
  explicit Programs(const std::string& path, const std::filesystem::path& postgres_root = "/usr/lib/postgresql");

  /// The program's path. When it is missing, the error says which package has it.
  Result<std::filesystem::path> find(const std::string& name) const;

 private:
  std::vector<std::filesystem::path> folders_;
};

}  // namespace banyan::fleet
