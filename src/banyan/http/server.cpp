#include "banyan/http/server.hpp"

#include <sched.h>

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "banyan/http/loop.hpp"

namespace banyan::http {
namespace {

// The cores that this process may use.
std::size_t core_count() noexcept {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max<std::size_t>(1, static_cast<std::size_t>(CPU_COUNT(&set)));
}

class LoopServer final : public Server {
 public:
  LoopServer(std::shared_ptr<Site> site, Listeners listeners) : site_(std::move(site)), port_(listeners.port) {
    for (Descriptor& socket : listeners.sockets) loops_.push_back(std::make_shared<Loop>(site_, std::move(socket)));
  }

  // Handlers that ended after run() had given up on them free themselves here. Those that never end keep their loop.
  ~LoopServer() override {
    for (const std::shared_ptr<Loop>& loop : loops_) loop->run_late_work();
  }

  std::uint16_t port() const override { return port_; }
  bool stopping() const override { return site_->stopping.load(); }

  void run() override {
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([loop = loops_[i]] { loop->work(); });
    loops_.front()->work();
    for (std::thread& thread : threads) thread.join();
  }

  void stop() override {
    if (site_->stopping.exchange(true)) return;
    for (const std::shared_ptr<Loop>& loop : loops_) loop->begin_stop();
  }

 private:
  std::shared_ptr<Site> site_;
  std::uint16_t port_;
  std::vector<std::shared_ptr<Loop>> loops_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(ReservedAddress address, ServerOptions options, const Router& router,
                                               ServerParts parts) {
  raise_file_limit();
  const std::size_t loops = options.loops ? options.loops : core_count();
  Result<Listeners> listeners = open_listeners(std::move(address), loops);
  if (!listeners) return fail(std::move(listeners.error()));
  auto site = std::make_shared<Site>(router, std::move(parts), options);
  return std::make_unique<LoopServer>(std::move(site), std::move(*listeners));
}

}  // namespace banyan::http
