#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <utility>

#include "banyan/base/clock.hpp"
#include "banyan/config/endpoints.hpp"
#include "banyan/services/copy.hpp"
#include "commands.hpp"
#include "open_store.hpp"
#include "report.hpp"

namespace banyan::app {
namespace {

std::optional<config::Database> database_from(const std::string& option, const std::string& url) {
  config::Database database;
  if (const auto refusal = config::set_database_url(database, url)) {
    std::cerr << "banyan: " << option << ": " << refusal->message << "\n  " << refusal->hint << "\n";
    return std::nullopt;
  }
  return database;
}

/// A bar on a terminal, else a line now and then.
class Bar {
 public:
  void show(const services::CopyProgress& progress) {
    const int percent = progress.total == 0
                            ? 100
                            : static_cast<int>(std::min<std::uint64_t>(100, progress.done * 100 / progress.total));
    const bool loading = progress.stage == services::CopyProgress::Stage::loading;
    const std::pair now(loading, percent);
    if (now == shown_) return;
    if (is_terminal_)
      print(loading ? "copying  " : "comparing", percent, progress);
    else if (percent % 10 == 0)
      std::cerr << (loading ? "copied " : "compared ") << percent << " % (" << progress.done << " of " << progress.total
                << " records)\n";
    shown_ = now;
  }
  void end() const {
    if (is_terminal_) std::cerr << "\r\033[K";
  }

 private:
  static void print(const char* what, int percent, const services::CopyProgress& progress) {
    constexpr int width = 40;
    std::string bar(static_cast<std::size_t>(percent * width / 100), '#');
    bar.resize(width, '.');
    std::cerr << "\r\033[K" << what << " [" << bar << "] " << percent << " %  " << progress.done << " records, "
              << progress.collection << std::flush;
  }

  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  std::pair<bool, int> shown_{false, -1};
};

void print(const services::CopyReport& report) {
  std::uint64_t records = 0;
  for (const services::CopyReport::Collection& collection : report.collections) {
    std::cout << collection.name << ": " << collection.records << " records, SHA-256 " << collection.digest << "\n";
    records += collection.records;
  }
  std::cout << "Both sides hold the same " << records << " records. Loaded " << report.loaded << " of them in "
            << report.loading_seconds << " s";
  if (report.loading_seconds > 0)
    std::cout << " (" << static_cast<std::uint64_t>(static_cast<double>(report.loaded) / report.loading_seconds)
              << " a second)";
  std::cout << ".\n";
}

}  // namespace

int copy_database(const std::filesystem::path& config_file, const std::string& from, const std::string& to) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  const auto source_database = database_from("--from", from);
  const auto target_database = database_from("--to", to);
  if (!source_database || !target_database) return exit_usage;
  const SystemClock clock;
  auto source = open_source(*source_database, config->schema);
  if (!source) return report(source.error(), std::cerr), exit_failed;
  auto sink = open_sink(*target_database, config->schema, clock);
  if (!sink) return report(sink.error(), std::cerr), exit_failed;
  Bar bar;
  const auto copied = services::copy(config->schema, **source, **sink,
                                     [&](const services::CopyProgress& progress) { bar.show(progress); });
  bar.end();
  if (!copied) return report(copied.error(), std::cerr), exit_failed;
  print(*copied);
  return exit_ok;
}

}  // namespace banyan::app
