#include "tests/servers/redis_server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace banyan::testkit {
namespace {

TEST(RedisServerTest, is_killed_and_comes_back_empty_with_another_run_id) {
  RedisServer server;
  EXPECT_EQ(server.run({"SET", "key", "value"}), "OK");
  const auto run_id = [&server] {
    const std::string info = server.run({"INFO", "server"});
    return info.substr(info.find("run_id:"), 47);
  };
  const std::string before = run_id();
  server.kill_9();
  EXPECT_THROW(server.run({"PING"}), std::runtime_error);
  server.start();
  EXPECT_EQ(server.run({"EXISTS", "key"}), "0");
  EXPECT_NE(run_id(), before);
}

// The program in between is killed, so that none of its destructors runs.
TEST(RedisServerTest, is_gone_with_its_folder_however_its_program_ends) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t program = ::fork();
  if (program == 0) {
    const RedisServer server;
    const std::string folder = server.socket().parent_path().string() + "\n";
    (void)!::write(ends[1], folder.data(), folder.size());
    ::pause();
  }
  ::close(ends[1]);
  std::string folder;
  for (char byte = 0; ::read(ends[0], &byte, 1) == 1 && byte != '\n';) folder += byte;
  ::close(ends[0]);
  ASSERT_TRUE(std::filesystem::exists(folder + "/redis.sock"));
  ::kill(program, SIGKILL);
  wait_for_program(program);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::filesystem::exists(folder) && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace banyan::testkit
