#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>

#include "commands.hpp"
#include "stage_files.hpp"

namespace banyan::app {
namespace {

/// What the command line says, and what came of it.
struct CommandLine {
  std::string config_file = "banyan.toml";
  std::string name;
  PullArguments pull;
  ApplyArguments apply;
  std::filesystem::path output;
  ExplainArguments explain;
  std::vector<std::string> explained;
  std::string from;
  std::string to;
  UpArguments up;
  std::size_t instances = 0;
  int exit_code = exit_ok;

  CLI::App* with_config(CLI::App* command) {
    command->add_option("config", config_file, "the configuration file")->capture_default_str();
    return command;
  }
};

void add_serving(CLI::App& app, CommandLine& line, const Composition& composition) {
  CLI::App* serve_command =
      line.with_config(app.add_subcommand("serve", "serve the application until SIGTERM or SIGINT"));
  serve_command->callback([&] { line.exit_code = serve(line.config_file, composition); });
  serve_command->footer("PORT, DATABASE_URL and BANYAN_<SECTION>_<KEY> in the environment go before the file.");

  CLI::App* init_command =
      line.with_config(app.add_subcommand("init", "write a commented configuration to start from"));
  init_command->add_option("--name", line.name, "the application's name (default: the folder's)");
  init_command->callback([&] { line.exit_code = init(line.config_file, line.name); });

  CLI::App* check_command = line.with_config(app.add_subcommand("check", "say what is wrong with a configuration"));
  check_command->callback([&] { line.exit_code = check(line.config_file); });
}

void add_schema(CLI::App& app, CommandLine& line) {
  CLI::App* schema_command = app.add_subcommand("schema", "compare the database with the configuration");
  schema_command->require_subcommand(1);
  CLI::App* plan_command =
      line.with_config(schema_command->add_subcommand("plan", "say how they differ, and change nothing"));
  plan_command->callback([&] { line.exit_code = schema_plan(line.config_file); });

  CLI::App* pull_command =
      schema_command->add_subcommand("pull", "write the tables of an existing PostgreSQL database as a configuration");
  pull_command->add_option("--url", line.pull.url, "the database (default: DATABASE_URL)");
  pull_command->add_flag("--triggers,!--no-triggers", line.pull.triggers,
                         "have the tables tell what other programs change, so that records can be cached");
  pull_command->add_option("-o,--output", line.pull.file, "the file to write (default: standard output)");
  pull_command->callback([&] { line.exit_code = schema_pull(line.pull); });

  CLI::App* apply_command = line.with_config(
      schema_command->add_subcommand("apply", "make the differences that a start does not make by itself"));
  apply_command->add_flag("--dry-run", line.apply.dry_run, "show the SQL and change nothing");
  apply_command->add_flag("--yes", line.apply.yes, "do not ask");
  apply_command->add_flag("--triggers", line.apply.triggers,
                          "have tables that others made tell what other programs change");
  apply_command->add_option("--drop", line.apply.drop, "drop this table, or this table.column, with all that is in it")
      ->allow_extra_args(false);
  apply_command->callback([&] { line.exit_code = schema_apply(line.config_file, line.apply); });
}

void add_types(CLI::App& app, CommandLine& line) {
  CLI::App* types_command = app.add_subcommand("types", "write the collections as types of another language");
  types_command->require_subcommand(1);
  CLI::App* typescript_command =
      line.with_config(types_command->add_subcommand("typescript", "the type `Database` that supabase-js takes"));
  typescript_command->add_option("-o,--output", line.output, "the file to write (default: standard output)");
  typescript_command->callback([&] { line.exit_code = types_typescript(line.config_file, line.output); });
}

void add_rules(CLI::App& app, CommandLine& line) {
  CLI::App* rules_command = app.add_subcommand("rules", "look at the rules of access");
  rules_command->require_subcommand(1);
  CLI::App* explain_command =
      rules_command->add_subcommand("explain", "say why a viewer may do something with a record, or may not");
  constexpr int without_config = 2;
  constexpr int with_config = 3;
  explain_command
      ->add_option("words", line.explained, "[the configuration file,] the collection, and read|create|update|delete")
      ->expected(without_config, with_config)
      ->required();
  explain_command->add_option("--id", line.explain.id, "the record; without it only what does not depend on one");
  explain_command->add_option("--viewer", line.explain.viewer,
                              "who asks: 'id=7;role=admin;email=a@b.c', or service (default: anonymous)");
  explain_command->callback([&] {
    if (line.explained.size() == with_config) line.config_file = line.explained.front();
    line.explain.action = line.explained.back();
    line.explain.collection = line.explained[line.explained.size() - 2];
    line.exit_code = rules_explain(line.config_file, line.explain);
  });
}

void add_copy(CLI::App& app, CommandLine& line) {
  CLI::App* copy_command =
      line.with_config(app.add_subcommand("copy", "fill a database with the records of another, and compare both"));
  copy_command->add_option("--from", line.from, "where the records are: sqlite:data/app.db, postgres://…")->required();
  copy_command->add_option("--to", line.to, "an empty database, or one that the same copy began to fill")->required();
  copy_command->footer("Nothing may write to either while it runs. Broken off, it goes on when it is run again.");
  copy_command->callback([&] { line.exit_code = copy_database(line.config_file, line.from, line.to); });
}

void add_fleet_name(CLI::App* command, CommandLine& line) {
  line.with_config(command);
  command->add_option("--stage", line.up.name.stage, "the example of that stage instead of a configuration")
      ->check(CLI::Range(1, stages_count));
}

void add_up(CLI::App& app, CommandLine& line) {
  CLI::App* up_command = app.add_subcommand("up", "run the whole described fleet on this machine, until Ctrl-C");
  add_fleet_name(up_command, line);
  up_command->add_option("--port", line.up.port, "the one address that clients use (default: as configured)")
      ->check(CLI::Range(1, 65535));
  up_command->add_option("--instances", line.up.instances, "how many instances (default: as configured)");
  up_command->add_option("--keep", line.up.keep, "a folder where the data stays (default: it goes with the fleet)");
  up_command->add_option(
      "--once-ready", line.up.once_ready,
      "a shell command to run then: the fleet ends with it, with its exit code; it finds the address in "
      "BANYAN_URL and the key in BANYAN_SERVICE_KEY");
  up_command->add_flag("--verbose", line.up.verbose, "show what the programs write");
  up_command->footer(
      "Databases, caches and balancers are private ones, whatever URLs the configuration names; nothing of them is "
      "touched.");
  up_command->callback([&] {
    line.up.name.config_file = line.config_file;
    line.exit_code = up(line.up);
  });
}

void add_running_fleet(CLI::App* fleet_command, CommandLine& line) {
  const auto ask = [&line](const std::string& words) {
    line.up.name.config_file = line.config_file;
    line.exit_code = ask_running_fleet(line.up.name, words);
  };
  CLI::App* status_command = fleet_command->add_subcommand("status", "say what runs, and how it does");
  add_fleet_name(status_command, line);
  status_command->callback([ask] { ask("status"); });

  CLI::App* scale_command = fleet_command->add_subcommand("scale", "add instances, or drain them and take them away");
  scale_command->add_option("instances", line.instances, "how many there shall be")->required();
  add_fleet_name(scale_command, line);
  scale_command->callback([ask, &line] { ask("scale " + std::to_string(line.instances)); });

  CLI::App* restart_command =
      fleet_command->add_subcommand("restart", "restart the instances one at a time, without a gap");
  add_fleet_name(restart_command, line);
  restart_command->callback([ask] { ask("restart"); });

  CLI::App* reset_command = fleet_command->add_subcommand(
      "reset", "empty the database and the cache, and start the instances again, as between two tests");
  add_fleet_name(reset_command, line);
  reset_command->callback([ask] { ask("reset"); });
}

void add_fleet(CLI::App& app, CommandLine& line) {
  CLI::App* fleet_command = app.add_subcommand("fleet", "serve the application with many instances behind a balancer");
  fleet_command->require_subcommand(1);
  CLI::App* render_command = fleet_command->add_subcommand("render", "write the configuration of the balancer");
  render_command->require_subcommand(1);
  const auto add = [&](const char* name, config::Fleet::Balancer balancer) {
    CLI::App* command = line.with_config(render_command->add_subcommand(name, "for " + std::string(name)));
    command->add_option("-o,--output", line.output, "the file to write (default: standard output)");
    command->callback([&line, balancer] { line.exit_code = fleet_render(line.config_file, balancer, line.output); });
  };
  add("haproxy", config::Fleet::Balancer::haproxy);
  add("nginx", config::Fleet::Balancer::nginx);
  add_running_fleet(fleet_command, line);
}

int parse_and_run(int argc, char** argv, const Composition& composition) {
  CLI::App app{
      "Banyan serves the collections that a configuration declares: an application backend in one binary.\n"
      "Without a configuration of your own, begin with: banyan init && banyan serve"};
  app.name("banyan");
  app.require_subcommand(1);
  app.set_version_flag("--version", BANYAN_VERSION);
  app.footer(
      "Exit codes: 0 done; 1 could not be done, standard error says why; 2 the command line or the configuration is "
      "wrong.");
  CommandLine line;
  add_serving(app, line, composition);
  add_schema(app, line);
  add_rules(app, line);
  add_copy(app, line);
  add_types(app, line);
  add_up(app, line);
  add_fleet(app, line);
  app.add_subcommand("version", "print the version")->callback([] { std::cout << "banyan " BANYAN_VERSION "\n"; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return line.exit_code;
}

}  // namespace

int run(int argc, char** argv, const Composition& composition) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a write past a limit on file sizes is an error of that write, not the end
  try {
    return parse_and_run(argc, argv, composition);
  } catch (const std::exception& error) {
    std::cerr << "banyan: " << error.what() << "\n";
    return exit_failed;
  }
}

}  // namespace banyan::app
