#include "report.hpp"

#include <unistd.h>

#include <ostream>
#include <string>
#include <string_view>

namespace banyan::app {
namespace {

void describe_kind(const SchemaPlan& plan, SchemaDifference::Kind kind, const char* heading, std::ostream& out) {
  if (!plan.has(kind)) return;
  out << heading << "\n";
  for (const SchemaDifference& difference : plan.differences) {
    if (difference.kind != kind) continue;
    out << "  " << difference.what << "\n";
    if (!difference.remedy.empty()) out << "    " << difference.remedy << "\n";
    if (!difference.option.empty())
      out << "    `banyan schema apply " << difference.option << "` does it:\n";
    else if (kind != SchemaDifference::Kind::additive && !difference.statements.empty())
      out << "    `banyan schema apply` does it:\n";
    for (const std::string& statement : difference.statements) out << "    " << statement << ";\n";
  }
}

}  // namespace

config::Environment process_environment() {
  config::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::optional<config::Config> load_or_report(const std::filesystem::path& file, std::ostream& err) {
  return load_or_report(file, process_environment(), err);
}

std::optional<config::Config> load_or_report(const std::filesystem::path& file, const config::Environment& environment,
                                             std::ostream& err) {
  auto loaded = config::load(file, environment);
  if (loaded) {
    for (const config::Problem& warning : loaded->warnings) err << "warning: " << config::to_string(warning) << "\n";
    return std::move(*loaded);
  }
  for (const config::Problem& problem : loaded.error()) err << config::to_string(problem) << "\n";
  err << (loaded.error().size() == 1 ? "1 problem" : std::to_string(loaded.error().size()) + " problems")
      << ". Every key is described in docs/configuration.md; `banyan init` writes a configuration that works.\n";
  return std::nullopt;
}

void report(const Error& error, std::ostream& err) {
  err << "banyan: " << error.message << "\n";
  if (!error.detail.empty()) err << "  " << error.detail << "\n";
  if (!error.hint.empty()) err << "  " << error.hint << "\n";
}

void describe(const SchemaPlan& plan, std::ostream& out) {
  using Kind = SchemaDifference::Kind;
  describe_kind(plan, Kind::additive, "Made by `banyan serve` when it starts:", out);
  describe_kind(plan, Kind::blocking,
                "Not made by itself, and `banyan serve` refuses to start until it is mended:", out);
  describe_kind(plan, Kind::offered, "Served as it is, and made only when asked for:", out);
  describe_kind(plan, Kind::unknown, "In the database but not in the configuration, left alone:", out);
  if (plan.differences.empty()) out << "The database is as the configuration declares it.\n";
}

}  // namespace banyan::app
