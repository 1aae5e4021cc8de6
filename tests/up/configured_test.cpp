#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "scenarios/http_client.hpp"
#include "scenarios/up_process.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/certificate.hpp"
#include "tests/servers/loopback.hpp"

// What `banyan up` makes of configurations that are no stage.
namespace banyan::scenarios {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testkit::becomes_true;

class Configured : public testing::Test {
 protected:
  void write(const std::string& lines) {
    write_text(up_.folder() / "banyan.toml", lines +
                                                 "[collections.users]\nfields.name.type = \"text\"\n"
                                                 "access.read = \"anyone\"\naccess.create = \"anyone\"\n");
  }

  UpProcess up_{{"banyan.toml"}};
};

TEST_F(Configured, tls_is_ended_at_the_one_port_and_no_other_is_listened_on) {
  const testkit::Certificate certificate = testkit::make_certificate(up_.folder(), "shop");
  const std::uint16_t plain = testkit::free_port();
  for (const std::string balancer : {"haproxy", "nginx"}) {
    write("[fleet]\ninstances = 1\nbalancer = \"" + balancer + "\"\ntls_certificate = \"shop.pem\"\ntls_key = \"" +
          certificate.key.string() + "\"\ntls_redirect = \"0.0.0.0:" + std::to_string(plain) + "\"\n");
    up_.start();
    EXPECT_TRUE(up_.says("Ready: https://127.0.0.1:" + std::to_string(up_.port()))) << up_.output();
    HttpClient client(up_.port(), {.authority = certificate.file});
    const Response answer = client.get("/users");
    EXPECT_EQ(answer.body, "[]") << answer.failure << answer.status;
    EXPECT_EQ(HttpClient(plain).get("/users").status, 0) << balancer;
    EXPECT_EQ(up_.end_by(SIGINT), 0);
  }
}

TEST_F(Configured, one_instance_that_keeps_something_for_itself_gets_no_other_beside_it) {
  write("[fleet]\ninstances = 1\n");
  const CommandResult more = up_.run({"up", "--instances=3"});
  EXPECT_EQ(more.exit_code, 1);
  EXPECT_THAT(more.output, AllOf(HasSubstr("3 instances need one database"), HasSubstr("banyan copy")));
  up_.start();
  const CommandResult scaled = up_.fleet({"scale", "3"});
  EXPECT_EQ(scaled.exit_code, 1);
  EXPECT_THAT(scaled.output, HasSubstr("3 instances need one database"));
  const pid_t before = up_.process_of("instance-1");
  const CommandResult restarted = up_.fleet({"restart"});
  EXPECT_EQ(restarted.exit_code, 0) << restarted.output;
  EXPECT_THAT(restarted.output, HasSubstr("nobody answers while it restarts"));
  EXPECT_NE(up_.process_of("instance-1"), before);
  EXPECT_EQ(HttpClient(up_.port()).get("/users").body, "[]");
}

TEST_F(Configured, a_reset_that_fails_leaves_the_fleet_as_it_was) {
  write("[fleet]\ninstances = 1\n[cache]\nurl = \"redis://cache\"\n");
  up_.start();
  HttpClient client(up_.port());
  ASSERT_EQ(client.post("/users", R"({"name":"Alice"})").status, 201);
  const pid_t redis = up_.process_of("redis");
  ASSERT_GT(redis, 0);
  ::kill(redis, SIGSTOP);
  const CommandResult failed = up_.fleet({"reset"});
  ::kill(redis, SIGCONT);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output, HasSubstr("Redis does not let itself be emptied."));
  EXPECT_THAT(client.get("/users/1").body, HasSubstr("Alice"));
  EXPECT_EQ(up_.fleet({"restart"}).exit_code, 0);
  EXPECT_EQ(up_.fleet({"reset"}).exit_code, 0);
  EXPECT_EQ(client.get("/users").body, "[]");
}

TEST_F(Configured, an_instance_that_does_not_restart_does_when_that_was_mended) {
  write("");
  up_.start();
  write_text(up_.folder() / "banyan.toml", "[nonsense]\n");
  EXPECT_EQ(up_.fleet({"restart"}).exit_code, 1);
  write("");
  const CommandResult restarted = up_.fleet({"restart"});
  EXPECT_EQ(restarted.exit_code, 0) << restarted.output;
  EXPECT_THAT(restarted.output, HasSubstr("All instances are restarted."));
  EXPECT_EQ(HttpClient(up_.port()).get("/users").body, "[]");
}

TEST_F(Configured, no_data_is_kept_where_a_project_has_its_own) {
  write("");
  std::filesystem::create_directory(up_.folder() / "data");
  write_text(up_.folder() / "data" / "app.db", "records");
  const CommandResult refused = up_.run({"up", "--keep=."});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("it holds something that `banyan up` has not made"));
  EXPECT_EQ(read_text(up_.folder() / "data" / "app.db"), "records");
}

TEST_F(Configured, a_port_that_nobody_can_know_is_refused_at_once) {
  write("[server]\nlisten = \"127.0.0.1:0\"\n");
  const CommandResult refused = up_.run({"up"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("server.listen"), HasSubstr("--port")));
  const CommandResult asked = up_.run({"up", "--port=0"});
  EXPECT_EQ(asked.exit_code, 2);
  EXPECT_THAT(asked.output, HasSubstr("--port"));
}

}  // namespace
}  // namespace banyan::scenarios
