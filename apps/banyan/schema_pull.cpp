#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "banyan/adapters/postgres/pull.hpp"
#include "banyan/config/postgres_url.hpp"
#include "commands.hpp"
#include "report.hpp"

namespace banyan::app {
namespace {

std::string url_of(const PullArguments& arguments) {
  if (!arguments.url.empty()) return arguments.url;
  const char* const variable = std::getenv("DATABASE_URL");
  return variable == nullptr ? "" : variable;
}

/// Of the path, or nothing that a config would take.
std::string database_name(const std::string& shown) {
  const std::string name = shown.substr(shown.rfind('/') + 1);
  return name.empty() ? "app" : name;
}

/// Without the passwords that its authority or its parameters may hold.
std::string without_password(const std::string& url) {
  const std::size_t question = url.find('?');
  std::string before = url.substr(0, question);
  const std::size_t authority = before.find("//") + 2;
  const std::size_t at = before.substr(0, before.find('/', authority)).rfind('@');
  const std::size_t colon = before.find(':', authority);
  if (at != std::string::npos && colon < at) before.erase(colon, at - colon);
  std::string kept;
  for (std::size_t begin = question; begin != std::string::npos && begin + 1 < url.size();) {
    const std::size_t end = url.find('&', begin + 1);
    const std::string parameter = url.substr(begin + 1, end == std::string::npos ? end : end - begin - 1);
    if (!parameter.starts_with("password=") && !parameter.starts_with("sslpassword="))
      kept += (kept.empty() ? "?" : "&") + parameter;
    begin = end;
  }
  return before + kept;
}

/// Nobody is asked where nobody answers.
bool others_write(const PullArguments& arguments) {
  if (arguments.triggers) return *arguments.triggers;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return false;
  std::cerr << "Banyan adds a column _version to each table. It can also add triggers, with which changes that other\n"
               "programs make are seen at once and records can be cached; without them they are not cached.\n"
               "Add triggers? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int write_new(const std::filesystem::path& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  const bool written =
      descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written) std::cerr << "banyan: " << file.string() << " cannot be made: " << std::strerror(errno) << "\n";
  if (descriptor >= 0) ::close(descriptor);
  return written ? exit_ok : exit_failed;
}

}  // namespace

int schema_pull(const PullArguments& arguments) {
  const std::string url = url_of(arguments);
  if (url.empty() || config::check_postgres_url(url)) {
    std::cerr << "banyan: the database is named by --url or DATABASE_URL: postgres://user:password@host:5432/name\n";
    return exit_usage;
  }
  const bool triggers = others_write(arguments);
  const std::string name = database_name(config::shown_postgres_url(url));
  postgres::Options database;
  database.url = url;
  const auto text = postgres::pull(database, {.app_name = name, .url = without_password(url), .triggers = triggers});
  if (!text) return report(text.error(), std::cerr), exit_failed;
  if (arguments.file.empty()) {
    std::cout << *text;
  } else if (const int failed = write_new(arguments.file, *text); failed != exit_ok) {
    return failed;
  }
  auto made =
      config::load_text(*text, arguments.file.empty() ? "banyan.toml" : arguments.file, {{"DATABASE_URL", url}});
  if (!made) {
    for (const config::Problem& problem : made.error()) std::cerr << config::to_string(problem) << "\n";
    std::cerr << "The config is not right yet: mend it by hand.\n";
    return exit_failed;
  }
  if (!triggers) return exit_ok;
  ApplyArguments apply;
  apply.triggers = true;
  apply.yes = true;
  apply.only_triggers = true;
  return apply_schema(*made, apply);
}

}  // namespace banyan::app
