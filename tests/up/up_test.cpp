#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "scenarios/http_client.hpp"
#include "scenarios/up_process.hpp"
#include "tests/servers/becomes_true.hpp"

namespace banyan::scenarios {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testkit::becomes_true;

class EachStage : public testing::TestWithParam<int> {
 protected:
  UpProcess up_{{"--stage=" + std::to_string(GetParam())}};
};

INSTANTIATE_TEST_SUITE_P(Stages, EachStage, testing::Range(1, 5));

TEST_P(EachStage, serves_at_its_one_port_and_ctrl_c_leaves_no_process_and_no_file) {
  up_.start();
  HttpClient client(up_.port());
  client.keep_position();
  EXPECT_EQ(client.get("/health/ready").status, 200);
  const Response created = client.post("/users", R"({"name":"Alice"})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_THAT(client.get("/users/1").body, HasSubstr(R"("name":"Alice")"));
  EXPECT_THAT(up_.processes(), Not(IsEmpty()));
  EXPECT_EQ(up_.end_by(SIGINT), 0) << up_.output();
  EXPECT_THAT(up_.processes(), IsEmpty());
  EXPECT_THAT(up_.files(), IsEmpty());
}

TEST(Up, killed_it_leaves_no_process) {
  UpProcess up({"--stage=4"});
  up.start();
  EXPECT_EQ(up.end_by(SIGKILL), 128 + SIGKILL);
  EXPECT_TRUE(becomes_true([&] { return up.processes().empty(); })) << testing::PrintToString(up.processes());
}

TEST(Up, what_one_that_was_killed_leaves_is_removed_by_the_next) {
  UpProcess up({"--stage=1"});
  up.start();
  ASSERT_EQ(HttpClient(up.port()).post("/users", R"({"name":"Alice"})").status, 201);
  EXPECT_EQ(up.end_by(SIGKILL), 128 + SIGKILL);
  EXPECT_THAT(up.files(), Not(IsEmpty()));
  ASSERT_TRUE(becomes_true([&] { return up.processes().empty(); }));
  up.start();
  EXPECT_EQ(HttpClient(up.port()).get("/users").body, "[]");
  EXPECT_EQ(up.end_by(SIGTERM), 0);
  EXPECT_THAT(up.files(), IsEmpty());
}

TEST(Up, ctrl_c_while_it_starts_leaves_nothing_either) {
  UpProcess up({"--stage=4"});
  up.spawn();
  ASSERT_TRUE(becomes_true([&] { return up.says("Starting"); }));
  EXPECT_EQ(up.end_by(SIGINT), 0) << up.output();
  EXPECT_THAT(up.processes(), IsEmpty());
  EXPECT_THAT(up.files(), IsEmpty());
}

TEST(UpLong, what_is_kept_is_there_again) {
  const PrivateFolder kept;
  std::filesystem::permissions(kept.path(), std::filesystem::perms(0711));
  UpProcess up({"--stage=3", "--keep=" + (kept.path() / "my data").string()});
  up.start();
  ASSERT_EQ(HttpClient(up.port()).post("/users", R"({"name":"Alice"})").status, 201);
  EXPECT_EQ(up.end_by(SIGINT), 0);
  EXPECT_THAT(up.files(), IsEmpty());
  up.start();
  EXPECT_THAT(HttpClient(up.port()).get("/users/1").body, HasSubstr("Alice"));
}

TEST(Up, keeps_no_database_for_root_where_postgresql_cannot_go) {
  if (::geteuid() != 0) GTEST_SKIP() << "PostgreSQL runs as this user";
  const PrivateFolder closed;
  UpProcess up({"--stage=3", "--keep=" + (closed.path() / "data").string()});
  EXPECT_EQ(up.run_to_exit(), 1);
  EXPECT_THAT(up.output(), AllOf(HasSubstr("another user may not enter"), HasSubstr("--keep")));
}

TEST(Up, a_part_that_crashes_is_started_again_and_reported) {
  UpProcess up({"--stage=1"});
  up.start();
  const pid_t instance = up.process_of("instance-1");
  ASSERT_GT(instance, 0);
  ::kill(instance, SIGKILL);
  EXPECT_TRUE(becomes_true([&] { return up.says("instance-1 is ready again."); })) << up.output();
  EXPECT_TRUE(up.says("instance-1 was ended by signal 9 and is started again in 100 ms."));
  EXPECT_EQ(HttpClient(up.port()).get("/health/ready").status, 200);
  EXPECT_NE(up.process_of("instance-1"), instance);
}

TEST(Up, runs_a_command_once_it_is_ready_and_ends_with_it) {
  UpProcess up({"--stage=1", "--once-ready=curl -s $BANYAN_URL/health && test -n \"$BANYAN_SERVICE_KEY\" && exit 7"});
  EXPECT_EQ(up.run_to_exit(), 7);
  EXPECT_TRUE(up.says("ok")) << up.output();
  EXPECT_THAT(up.processes(), IsEmpty());
  EXPECT_THAT(up.files(), IsEmpty());
}

TEST(Up, broken_off_its_command_is_told_to_end_and_has_not_passed) {
  UpProcess up({"--stage=1", "--once-ready=trap 'echo told; exit 0' TERM; echo begun; while :; do sleep 0.1; done"});
  up.spawn();
  ASSERT_TRUE(becomes_true([&] { return up.says("begun"); })) << up.output();
  EXPECT_EQ(up.end_by(SIGTERM), 128 + SIGTERM);
  EXPECT_TRUE(up.says("told")) << up.output();
  EXPECT_THAT(up.processes(), IsEmpty());
}

TEST(Up, broken_off_before_its_command_began_it_has_not_passed) {
  UpProcess up({"--stage=3", "--once-ready=echo begun"});
  up.spawn();
  ASSERT_TRUE(becomes_true([&] { return up.says("Starting"); }));
  EXPECT_EQ(up.end_by(SIGINT), 128 + SIGINT);
  EXPECT_FALSE(up.says("begun"));
}

TEST(Up, of_a_stage_is_what_its_file_says_whatever_servers_the_environment_names) {
  UpProcess up({"--stage=1"}, {{"BANYAN_DATABASE_URL", "postgres://db/app"},
                               {"BANYAN_DATABASE_REPLICAS", "postgres://replica/app"},
                               {"BANYAN_CACHE_URL", "redis://cache"}});
  up.start();
  EXPECT_TRUE(up.says("(1 instance, SQLite)")) << up.output();
}

TEST(Up, refuses_a_folder_for_temporary_files_that_servers_cannot_be_told) {
  UpProcess up({"--stage=1"});
  const std::pair<std::string, std::string> cases[] = {{"with blanks", "no blanks"},
                                                       {std::string(60, 'a'), "bytes at most"}};
  for (const auto& [name, remedy] : cases) {
    std::filesystem::create_directory(up.folder() / name);
    UpProcess there({"--stage=1"}, {{"TMPDIR", (up.folder() / name).string()}});
    EXPECT_EQ(there.run_to_exit(), 1);
    EXPECT_THAT(there.output(), AllOf(HasSubstr("Set TMPDIR"), HasSubstr(remedy)));
    EXPECT_THAT(std::filesystem::is_empty(up.folder() / name), true);
  }
}

TEST(Up, runs_once_for_one_configuration_and_says_so) {
  UpProcess up({"--stage=1"});
  up.start();
  const CommandResult second = up.run({"up", "--stage=1"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, AllOf(HasSubstr("runs already"), HasSubstr("banyan fleet status")));
}

TEST(Up, refuses_a_port_that_is_taken) {
  UpProcess first({"--stage=1"});
  first.start();
  UpProcess second({"--stage=1"});
  const CommandResult refused = second.run({"up", "--stage=1", "--port=" + std::to_string(first.port())});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("is in use"), HasSubstr("--port")));
  EXPECT_THAT(second.files(), IsEmpty());
}

TEST(Up, says_which_package_has_a_program_that_is_missing) {
  UpProcess up({"--stage=2"}, {{"PATH", "/nonexistent"}});
  EXPECT_EQ(up.run_to_exit(), 1);
  EXPECT_THAT(up.output(),
              AllOf(HasSubstr("redis-server is not on this machine"), HasSubstr("apt install redis-server")));
  EXPECT_THAT(up.files(), IsEmpty());
}

TEST(Fleet, commands_about_a_fleet_that_does_not_run_say_what_to_do) {
  UpProcess up({"--stage=4"});
  for (const std::vector<std::string>& words : {std::vector<std::string>{"status"}, {"scale", "2"}, {"restart"}}) {
    const CommandResult asked = up.fleet(words);
    EXPECT_EQ(asked.exit_code, 1);
    EXPECT_THAT(asked.output, AllOf(HasSubstr("No fleet of this configuration runs."), HasSubstr("banyan up")));
  }
}

TEST(Fleet, shows_how_far_the_replicas_are_behind) {
  UpProcess up({"--stage=3"});
  up.start();
  const auto tells = [&](const std::string& replica) {
    const std::string table = up.fleet({"status"}).output;
    const std::string line = table.substr(std::min(table.find(replica + " "), table.size()));
    return line.substr(0, line.find('\n')).ends_with("B");
  };
  EXPECT_TRUE(becomes_true([&] { return tells("replica-1") && tells("replica-2"); })) << up.fleet({"status"}).output;
}

TEST(Fleet, one_without_a_balancer_cannot_be_scaled_and_says_how_it_could) {
  UpProcess up({"--stage=1"});
  up.start();
  const CommandResult asked = up.fleet({"scale", "2"});
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_THAT(asked.output, AllOf(HasSubstr("no balancer"), HasSubstr("fleet.balancer")));
}

}  // namespace
}  // namespace banyan::scenarios
