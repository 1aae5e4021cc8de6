#include <utility>

#include "command_line.hpp"
#include "test_viewers.hpp"

int main(int argc, char** argv) {
  using namespace banyan;
  return app::run(argc, argv, {.make_viewers = [](std::string key) {
                    return std::make_unique<testing::TestViewers>(std::move(key));
                  }});
}
