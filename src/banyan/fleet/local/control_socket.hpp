#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// One question to a running fleet, to be answered line by line and ended with finish().
class ControlRequest {
 public:
  ControlRequest(std::string words, Descriptor peer) : words_(std::move(words)), peer_(std::move(peer)) {}

  /// "scale 5".
  const std::string& words() const noexcept { return words_; }
  /// A peer that has gone, or does not read, hears nothing; that is no error.
  void say(std::string_view line) const;
  void finish(const Result<void>& outcome) const;

 private:
  std::string words_;
  Descriptor peer_;
};

/// Where other commands reach a running fleet: a Unix socket that only this user may open. Thread safety: none.
class ControlSocket {
 public:
  /// In that folder, which is private.
  static Result<ControlSocket> listen(const std::filesystem::path& folder);

  /// A question that has come; nothing when none has. Waits a moment for the rest of one that has begun to come.
  std::optional<ControlRequest> next() const;

 private:
  explicit ControlSocket(Descriptor listener) : listener_(std::move(listener)) {}

  Descriptor listener_;
};

/// Asks the fleet that runs in `run_folder`; `say` gets each line as it comes. Fails as the fleet says, and when none
/// runs there.
Result<void> ask_fleet(const std::filesystem::path& run_folder, std::string_view words,
                       const std::function<void(std::string_view line)>& say);

}  // namespace banyan::fleet
