#include <utility>

#include "banyan/api/service_key.hpp"
#include "command_line.hpp"

int main(int argc, char** argv) {
  using namespace banyan;
  return app::run(argc, argv,
                  {.make_viewers = [](std::string key) { return std::make_unique<api::ServiceKey>(std::move(key)); }});
}
