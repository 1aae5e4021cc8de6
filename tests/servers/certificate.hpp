#pragma once

#include <filesystem>
#include <string>

namespace banyan::testkit {

struct Certificate {
  std::filesystem::path file;
  std::filesystem::path key;
};

/// Makes a certificate for 127.0.0.1 alone, its own authority, as `<name>.pem` and `<name>.pem.key` in the folder,
/// where HAProxy finds the key too. Throws std::runtime_error with what openssl says.
Certificate make_certificate(const std::filesystem::path& folder, const std::string& name);

}  // namespace banyan::testkit
