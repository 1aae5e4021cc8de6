#include "tests/servers/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <stdexcept>

#include "tests/servers/becomes_true.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::testkit {
namespace {

using testing::HasSubstr;

TEST(PostgresServer, keeps_what_was_committed_when_it_is_killed_and_comes_back_on_the_same_port) {
  PostgresServer server;
  const std::string url = server.make_database();
  const std::string name = PostgresAddress::name_in(url);
  server.run(name, "CREATE TABLE things (id int); INSERT INTO things VALUES (7)");
  server.kill_9();
  EXPECT_FALSE(server.address().answers());
  server.start();
  EXPECT_EQ(server.run(name, "SELECT id, NULL FROM things"), "7\t\\N");
  server.stop();
  EXPECT_FALSE(server.address().answers());
  server.start();
  EXPECT_EQ(server.run(name, "SELECT id FROM things"), "7");
}

TEST(PostgresServer, answers_nothing_while_it_is_frozen_and_goes_on_where_it_was) {
  PostgresServer server;
  server.freeze();
  auto answer = std::async(std::launch::async, [&] { return server.run("postgres", "SELECT 1"); });
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  server.thaw();
  EXPECT_EQ(answer.get(), "1");
}

TEST(PostgresServer, is_gone_with_its_folder_however_its_program_ends) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t program = ::fork();
  if (program == 0) {
    const PostgresServer server;
    const std::string folder = server.address().socket_folder() + " " + std::to_string(server.address().port());
    if (::write(ends[1], folder.c_str(), folder.size() + 1) < 0) std::_Exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(program, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  char text[4096] = {};
  ASSERT_GT(::read(ends[0], text, sizeof text - 1), 0);
  ::close(ends[0]);
  ::close(ends[1]);
  const std::string told = text;
  const std::size_t space = told.find(' ');
  const std::string folder = told.substr(0, space);
  const PostgresAddress address(static_cast<std::uint16_t>(std::stoi(told.substr(space))), folder,
                                Databases::vanish_with_server);
  EXPECT_TRUE(becomes_true([&] { return !std::filesystem::exists(folder); })) << folder;
  EXPECT_FALSE(address.answers());
}

TEST(PostgresServer, tells_what_went_wrong) {
  try {
    shared_postgres().run("postgres", "SELECT nonsense");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("nonsense"));
  }
}

TEST(SharedPostgres, gives_databases_of_ones_own) {
  const std::string one = PostgresAddress::name_in(shared_postgres().make_database());
  const std::string two = PostgresAddress::name_in(shared_postgres().make_database());
  EXPECT_NE(one, two);
  shared_postgres().run(one, "CREATE TABLE things (id int)");
  EXPECT_EQ(shared_postgres().run(two, "SELECT count(*) FROM pg_tables WHERE tablename = 'things'"), "0");
}

TEST(SharedPostgres, sorts_text_unlike_bytes_so_that_a_forgotten_collation_shows) {
  EXPECT_EQ(shared_postgres().run("postgres", "SELECT 'a' < 'B'"), "t");
  EXPECT_EQ(shared_postgres().run("postgres", "SELECT 'a' < 'B' COLLATE \"C\""), "f");
}

}  // namespace
}  // namespace banyan::testkit
