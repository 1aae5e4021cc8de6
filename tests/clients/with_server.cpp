// with_server CONFIG COMMAND [ARGUMENTS...]: serves the config in a private folder on a free port and runs the command
// with BANYAN_URL, BANYAN_KEY and BANYAN_BINARY in its environment; exits as the command did. BANYAN_TEST_STAGE chooses
// the store.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/server_process.hpp"

namespace {

using banyan::scenarios::ServerProcess;

int run(std::vector<char*> command) {
  const pid_t child = ::fork();
  if (child == 0) {
    command.push_back(nullptr);
    ::execvp(command.front(), command.data());
    std::cerr << command.front() << " cannot be run\n";
    std::_Exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return EXIT_FAILURE;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: with_server CONFIG COMMAND [ARGUMENTS...]\n";
    return EXIT_FAILURE;
  }
  try {
    ServerProcess server({.config = banyan::scenarios::read_text(argv[1])});
    server.start();
    ::setenv("BANYAN_URL", ("http://127.0.0.1:" + std::to_string(server.port())).c_str(), 1);
    ::setenv("BANYAN_KEY", ServerProcess::service_key, 1);
    ::setenv("BANYAN_BINARY", banyan::scenarios::banyan_binary().c_str(), 1);
    const int code = run({argv + 2, argv + argc});
    if (code != 0 || !server.running()) std::cerr << server.output();
    return server.running() ? code : EXIT_FAILURE;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
