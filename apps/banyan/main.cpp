#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>

#include "commands.hpp"

namespace {

using namespace banyan::app;

int run(int argc, char** argv) {
  CLI::App app{
      "Banyan serves the collections that a configuration declares: an application backend in one binary.\n"
      "Without a configuration of your own, begin with: banyan init && banyan serve"};
  app.name("banyan");
  app.require_subcommand(1);
  app.set_version_flag("--version", BANYAN_VERSION);
  app.footer(
      "Exit codes: 0 done; 1 could not be done, standard error says why; 2 the command line or the configuration is "
      "wrong.");

  std::string config_file = "banyan.toml";
  std::string name;
  const auto takes_config = [&](CLI::App* command) {
    command->add_option("config", config_file, "the configuration file")->capture_default_str();
    return command;
  };

  int exit_code = exit_ok;
  CLI::App* serve_command = takes_config(app.add_subcommand("serve", "serve the application until SIGTERM or SIGINT"));
  serve_command->callback([&] { exit_code = serve(config_file); });
  serve_command->footer("PORT, DATABASE_URL and BANYAN_<SECTION>_<KEY> in the environment go before the file.");

  CLI::App* init_command = takes_config(app.add_subcommand("init", "write a commented configuration to start from"));
  init_command->add_option("--name", name, "the application's name (default: the folder's)");
  init_command->callback([&] { exit_code = init(config_file, name); });

  CLI::App* check_command = takes_config(app.add_subcommand("check", "say what is wrong with a configuration"));
  check_command->callback([&] { exit_code = check(config_file); });

  CLI::App* schema_command = app.add_subcommand("schema", "compare the database with the configuration");
  schema_command->require_subcommand(1);
  CLI::App* plan_command =
      takes_config(schema_command->add_subcommand("plan", "say how they differ, and change nothing"));
  plan_command->callback([&] { exit_code = schema_plan(config_file); });

  PullArguments pull;
  CLI::App* pull_command =
      schema_command->add_subcommand("pull", "write the tables of an existing PostgreSQL database as a configuration");
  pull_command->add_option("--url", pull.url, "the database (default: DATABASE_URL)");
  pull_command->add_flag("--triggers,!--no-triggers", pull.triggers,
                         "have the tables tell what other programs change, so that records can be cached");
  pull_command->add_option("-o,--output", pull.file, "the file to write (default: standard output)");
  pull_command->callback([&] { exit_code = schema_pull(pull); });

  ApplyArguments apply;
  CLI::App* apply_command = takes_config(
      schema_command->add_subcommand("apply", "make the differences that a start does not make by itself"));
  apply_command->add_flag("--dry-run", apply.dry_run, "show the SQL and change nothing");
  apply_command->add_flag("--yes", apply.yes, "do not ask");
  apply_command->add_flag("--triggers", apply.triggers, "have tables that others made tell what other programs change");
  apply_command->add_option("--drop", apply.drop, "drop this table, or this table.column, with all that is in it")
      ->allow_extra_args(false);
  apply_command->callback([&] { exit_code = schema_apply(config_file, apply); });
  std::string from;
  std::string to;
  CLI::App* copy_command =
      takes_config(app.add_subcommand("copy", "fill a database with the records of another, and compare both"));
  copy_command->add_option("--from", from, "where the records are: sqlite:data/app.db, postgres://…")->required();
  copy_command->add_option("--to", to, "an empty database, or one that the same copy began to fill")->required();
  copy_command->footer("Nothing may write to either while it runs. Broken off, it goes on when it is run again.");
  copy_command->callback([&] { exit_code = copy_database(config_file, from, to); });

  app.add_subcommand("version", "print the version")->callback([] { std::cout << "banyan " BANYAN_VERSION "\n"; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a write past a limit on file sizes is an error of that write, not the end
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "banyan: " << error.what() << "\n";
    return exit_failed;
  }
}
