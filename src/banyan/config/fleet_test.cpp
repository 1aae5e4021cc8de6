#include "banyan/config/fleet.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "banyan/config/config.hpp"

namespace banyan::config {
namespace {

const Environment shared_by_all = {
    {"BANYAN_SERVICE_KEY", "0123456789abcdef"}, {"DATABASE_URL", "postgres://db/app"}, {"BANYAN_CACHE_URL", "off"}};

Fleet fleet_of(const std::string& lines, const Environment& environment = shared_by_all) {
  const auto config = load_text("[fleet]\n" + lines, "/srv/banyan.toml", environment);
  if (config) return config->fleet;
  for (const Problem& problem : config.error()) ADD_FAILURE() << to_string(problem);
  return {};
}

// Every problem with its place and its hint.
std::string problems_in_fleet(const std::string& text, const Environment& environment = shared_by_all) {
  const auto config = load_text(text, "banyan.toml", environment);
  if (config) return "";
  std::string lines;
  for (const Problem& problem : config.error()) lines += to_string(problem) + "\n";
  return lines;
}

TEST(Fleet, of_a_count_listens_on_this_machine_from_the_first_port_on) {
  const Fleet fleet = fleet_of("instances = 3\nfirst_port = 4000");
  ASSERT_EQ(fleet.instances.size(), 3U);
  EXPECT_EQ(fleet.instances[0], (Fleet::Instance{{"127.0.0.1", 4000}, 1, 0}));
  EXPECT_EQ(to_string(fleet.instances[2].endpoint), "127.0.0.1:4002");
  EXPECT_EQ(fleet_of("instances = 2").instances[1].endpoint.port, 3001);
}

TEST(Fleet, of_a_list_keeps_weights_and_bounds) {
  const Fleet fleet =
      fleet_of(R"(instances = ["10.0.0.1:80", "[fd00::1]:80  weight=7", "a-1.b:1 max_connections=9 weight=2"])");
  EXPECT_EQ(fleet.instances,
            (std::vector<Fleet::Instance>{{{"10.0.0.1", 80}, 1, 0}, {{"fd00::1", 80}, 7, 0}, {{"a-1.b", 1}, 2, 9}}));
  EXPECT_EQ(to_string(fleet.instances[1].endpoint), "[fd00::1]:80");
}

TEST(Fleet, can_be_described_by_the_environment) {
  Environment environment = shared_by_all;
  environment["BANYAN_FLEET_INSTANCES"] = "10.0.0.1:80 weight=2,10.0.0.2:80";
  EXPECT_EQ(fleet_of("", environment).instances.size(), 2U);
  EXPECT_EQ(fleet_of("instances = 7", environment).instances[0].weight, 2U) << "the environment goes before the file";
  environment["BANYAN_FLEET_INSTANCES"] = "5";
  EXPECT_EQ(fleet_of("", environment).instances[4].endpoint.port, 3004);
}

TEST(Fleet, may_listen_on_the_port_that_instances_have_on_other_machines) {
  EXPECT_EQ(fleet_of("instances = [\"10.0.0.11:8080\"]\nlisten = \"0.0.0.0:8080\"").listen.port, 8080);
}

TEST(Fleet, of_a_list_needs_no_first_port) {
  EXPECT_EQ(fleet_of("instances = [\"a:1\", \"b:1\"]\nfirst_port = 65535").instances.size(), 2U);
}

TEST(Fleet, that_is_not_described_has_no_instances) { EXPECT_TRUE(fleet_of("").instances.empty()); }

TEST(Problems, of_a_fleets_settings_name_the_place_and_the_nearest_word) {
  const std::pair<std::string, std::string> cases[] = {
      {"instances = 0", "2:13: fleet.instances must be from 1 to 256 instances"},
      {"instances = \"3\"",
       "2:13: fleet.instances must be a count, or a list of addresses, for example [\"10.0.0.11:8080\", "
       "\"10.0.0.12:8080 weight=2\"]"},
      {"instances = []", "2:13: fleet.instances must have 1 to 256 addresses"},
      {"instances = [\"a:1\", \"a:1\"]", "2:13: fleet.instances has a:1 twice"},
      {"instances = [\"a:1 wieght=2\"]", "2:13: fleet.instances has 'wieght' after an address, did you mean 'weight'?"},
      {"instances = [\"a:1 weight=257\"]",
       "2:13: fleet.instances gives a weight that is no whole number from 1 to 256"},
      {"instances = [\"a:1 weight\"]", "2:13: fleet.instances gives a weight that is no whole number from 1 to 256"},
      {"instances = [\"a:1 max_connections=-1\"]",
       "2:13: fleet.instances gives a max_connections that is no whole number from 1 to 1000000"},
      {"balancer = \"nginks\"", "2:12: fleet.balancer must be one of haproxy, nginx, did you mean 'nginx'?"},
      {"algorithm = \"roundrobin\"",
       "2:13: fleet.algorithm must be one of round_robin, least_connections, ip_hash, did you mean 'round_robin'?"},
      {"listen = \"example.com:80\"",
       "2:10: fleet.listen must be an address and a port, for example \"127.0.0.1:8080\""},
      {"metrics = \"of\"",
       "2:11: fleet.metrics must be an address and a port, or \"off\", for example \"127.0.0.1:8080\""},
      {"sticky = \"a-b\"",
       "2:10: fleet.sticky must be \"off\" or the name of a cookie: 1 to 64 letters, digits and underscores"},
      {"tls_certificate = \"a b.pem\"",
       "2:19: fleet.tls_certificate must name a file, without blanks, quotes, and any of \\ $ # ; { } %"},
      {"runtime_socket = \"0.0.0.0:9999\"", "2:18: fleet.runtime_socket must name a file by its whole path"},
      {"health_path = \"/a b\"", "2:15: fleet.health_path must be a path, for example \"/health/ready\""},
      {"instance = 3", "2:1: unknown key 'instance' in [fleet], did you mean 'instances'?"},
      {"listen = \"0.0.0.0:80\"", "2:10: fleet.listen needs fleet.instances"},
      {"instances = 2\nfirst_port = 65535", "3:14: fleet.first_port leaves no port for the last of the instances"},
      {"instances = 2\nlisten = \"127.0.0.1:3001\"",
       "3:10: fleet.listen is 127.0.0.1:3001, which is taken in [fleet] already"},
      {"instances = 2\nlisten = \"0.0.0.0:3001\"",
       "3:10: fleet.listen is 0.0.0.0:3001, which is taken in [fleet] already"},
      {"instances = 2\nlisten = \"0.0.0.0:8404\"",
       "3:10: fleet.listen is 0.0.0.0:8404, which is taken in [fleet] already"},
      {"instances = 2\ntls_redirect = \"0.0.0.0:80\"", "3:16: fleet.tls_redirect needs fleet.tls_certificate"},
      {"instances = 2\ntls_certificate = \"a.pem\"\ntls_key = \"b.pem\"",
       "4:11: fleet.tls_key is not where HAProxy looks for it"},
      {"instances = 2\nhealth_timeout = \"3s\"",
       "3:18: fleet.health_timeout must not be longer than fleet.health_interval"},
  };
  for (const auto& [lines, problem] : cases) {
    const std::string told = problems_in_fleet("[fleet]\n" + lines);
    EXPECT_EQ(told.substr(0, told.find('\n')), "banyan.toml:" + problem) << lines;
  }
}

TEST(Fleet, of_more_than_one_refuses_what_would_not_survive_the_death_of_an_instance_and_says_the_remedy) {
  EXPECT_EQ(problems_in_fleet(
                "[database]\nurl = \"sqlite:app.db\"\n[cache]\nurl = \"memory:1MB\"\n[fleet]\ninstances = 3", {}),
            "banyan.toml:2:7: database.url is a file of one machine, and 3 instances need one database\n"
            "  Give the URL of a PostgreSQL that all reach, \"postgres://user:password@host:5432/name\"; `banyan copy` "
            "takes the records there.\n"
            "banyan.toml:4:7: cache.url is memory of one process: of 3 instances, each would keep what others have "
            "changed\n"
            "  Write cache.url = \"off\", or the URL of a Redis that all share.\n"
            "banyan.toml:6:13: the service key would be made by each of 3 instances for itself, and a key of one be "
            "refused by the others\n"
            "  Give all of them the same BANYAN_SERVICE_KEY; for example: openssl rand -hex 32\n");
}

TEST(Fleet, of_more_than_one_refuses_defaults_where_it_says_how_many_there_are) {
  const std::string told = problems_in_fleet("[fleet]\ninstances = 2", {});
  for (const char* message : {"2:13: database.url is", "2:13: cache.url is", "2:13: the service key would"})
    EXPECT_NE(told.find(message), std::string::npos) << told;
}

TEST(Fleet, of_one_may_keep_its_own_state) { EXPECT_EQ(problems_in_fleet("[fleet]\ninstances = 1", {}), ""); }

TEST(FleetsTls, is_found_from_wherever_a_balancer_starts) {
  const auto config = load_text(
      "[fleet]\ninstances = 2\ntls_certificate = \"tls/a.pem\"\ntls_key = \"/tls/a.pem\"\n"
      "balancer = \"nginx\"",
      "shop/banyan.toml", shared_by_all);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->fleet.tls.certificate, std::filesystem::current_path() / "shop" / "tls" / "a.pem");
  EXPECT_EQ(config->fleet.tls.key, "/tls/a.pem");
}

TEST(FleetsTls, is_refused_in_a_folder_whose_name_a_balancer_would_read_as_its_own_words) {
  const auto config =
      load_text("[fleet]\ninstances = 2\ntls_certificate = \"a.pem\"", "/srv/my app; }/banyan.toml", shared_by_all);
  ASSERT_FALSE(config);
  EXPECT_EQ(to_string(config.error().front()),
            "/srv/my app; }/banyan.toml:3:19: fleet.tls_certificate is /srv/my app; }/a.pem, which cannot stand in a "
            "balancer's file\n"
            "  Move it to a folder whose name has no blanks, quotes, or any of \\ $ # ; { } %.");
}

TEST(HaproxysKey, is_found_in_the_certificate_or_beside_it) {
  const auto finds = [](const char* key) { return haproxy_finds_key({.certificate = "/tls/a.pem", .key = key}); };
  for (const char* key : {"", "/tls/a.pem", "/tls/a.pem.key", "/tls/a.key"}) EXPECT_TRUE(finds(key)) << key;
  for (const char* key : {"/tls/b.key", "/a.key"}) EXPECT_FALSE(finds(key)) << key;
}

}  // namespace
}  // namespace banyan::config
