#include "banyan/fleet/local/stage_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::fleet {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

constexpr auto key = "0123456789abcdef";

config::Config loaded(const std::string& text) {
  auto config = config::load_text(text + "[collections.users]\nfields.name.type = \"text\"\n", "banyan.toml",
                                  {{"BANYAN_SERVICE_KEY", key}});
  if (!config) throw std::runtime_error(config::to_string(config.error().front()));
  return std::move(*config);
}

TEST(StagePlan, of_a_configuration_without_a_fleet_is_one_instance_where_it_listens) {
  const config::Config config = loaded("[server]\nlisten = \"127.0.0.1:9000\"\n");
  const StagePlan plan = plan_of(config);
  EXPECT_EQ(plan.balancer, std::nullopt);
  EXPECT_EQ(plan.instances, 1U);
  EXPECT_EQ(plan.port, 9000);
  EXPECT_FALSE(plan.postgres);
}

TEST(StagePlan, of_a_fleet_is_what_it_describes) {
  const config::Config config = loaded(
      "[database]\nurl = \"postgres://db/app\"\nreplicas = [\"postgres://r/app\"]\n[cache]\nurl = \"redis://cache\"\n"
      "[fleet]\ninstances = 3\nbalancer = \"nginx\"\nlisten = \"127.0.0.1:9000\"\n");
  const StagePlan plan = plan_of(config);
  EXPECT_EQ(plan.balancer, config::Fleet::Balancer::nginx);
  EXPECT_EQ(plan.instances, 3U);
  EXPECT_EQ(plan.port, 9000);
  EXPECT_TRUE(plan.postgres);
  EXPECT_EQ(plan.replicas, 1U);
  EXPECT_TRUE(plan.redis);
}

TEST(StagePlan, leads_its_instances_to_private_servers_whatever_the_environment_names) {
  const config::Config config = loaded("");
  StagePlan plan = plan_of(config);
  plan.environment = {{"PORT", "80"},
                      {"DATABASE_URL", "postgres://real/app"},
                      {"BANYAN_DATABASE_URL", "postgres://real/app"},
                      {"REDIS_URL", "redis://real"},
                      {"BANYAN_CACHE_URL", "redis://real"},
                      {"HOME", "/home/ann"}};
  const auto environment = instance_environment(plan, {.database = "postgres://private/app",
                                                       .replicas = {"postgres://a/app", "postgres://b/app"},
                                                       .cache = "redis://private"});
  EXPECT_THAT(environment, AllOf(Contains(Pair("BANYAN_DATABASE_URL", "postgres://private/app")),
                                 Contains(Pair("BANYAN_DATABASE_REPLICAS", "postgres://a/app,postgres://b/app")),
                                 Contains(Pair("BANYAN_CACHE_URL", "redis://private")),
                                 Contains(Pair("BANYAN_SERVICE_KEY", key)), Contains(Pair("HOME", "/home/ann"))));
  for (const char* name : {"PORT", "DATABASE_URL", "REDIS_URL", "BANYAN_SERVER_LISTEN"})
    EXPECT_THAT(environment, Not(Contains(Key(name))));
}

}  // namespace
}  // namespace banyan::fleet
