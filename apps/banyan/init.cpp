#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "banyan/config/starter.hpp"
#include "commands.hpp"

namespace banyan::app {
namespace {

std::string name_or_folder(const std::filesystem::path& file, const std::string& name) {
  if (!name.empty()) return name;
  const std::string folder = std::filesystem::absolute(file).parent_path().filename().string();
  return folder.empty() ? "app" : folder;
}

// O_EXCL, so that a configuration that appears meanwhile is never replaced.
bool write_new(const std::filesystem::path& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return false;
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  ::close(descriptor);
  if (!written) ::unlink(file.c_str());
  errno = error;
  return written;
}

}  // namespace

int init(const std::filesystem::path& config_file, const std::string& name) {
  if (!write_new(config_file, config::starter_config(name_or_folder(config_file, name)))) {
    std::cerr << "banyan: " << config_file.string() << " cannot be made: " << std::strerror(errno) << "\n";
    if (errno == EEXIST) std::cerr << "  It is left as it was; name another file, or move this one away.\n";
    return exit_failed;
  }
  std::cout << "Wrote " << config_file.string() << ". Next: banyan serve "
            << (config_file == "banyan.toml" ? "" : config_file.string()) << "\n";
  return exit_ok;
}

}  // namespace banyan::app
