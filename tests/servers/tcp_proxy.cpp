#include "tests/servers/tcp_proxy.hpp"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <set>
#include <thread>
#include <utility>

namespace banyan::testkit {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// With no time to linger, closing resets: what was not delivered yet is thrown away, as when a cable is cut.
void reset(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

std::size_t index_of(Direction direction) { return direction == Direction::to_server ? 0 : 1; }

// What is to be done to the bytes; touched by the proxy's thread alone.
struct Rules {
  bool stalled = false;
  std::array<std::uint64_t, 2> until_stall{};
  std::array<std::uint64_t, 2> once{};       // still to be forwarded before the cut; 0 is none
  std::array<std::uint64_t, 2> each{};       // the same, of each connection
  std::array<std::uint64_t, 2> forwarded{};  // since it was made
  std::uint64_t cuts = 0;
};

// One forwarded connection: two pumps, one each way.
class Pair : public std::enable_shared_from_this<Pair> {
 public:
  Pair(tcp::socket client, Rules& rules, std::set<std::shared_ptr<Pair>>& all)
      : client_(std::move(client)), server_(client_.get_executor()), rules_(rules), all_(all) {}

  void begin(const tcp::endpoint& target) {
    server_.async_connect(target, [self = shared_from_this()](error_code error) {
      if (error) return self->cut();
      error_code ignored;
      self->client_.set_option(tcp::no_delay(true), ignored);
      self->server_.set_option(tcp::no_delay(true), ignored);
      self->go_on();
    });
  }

  void cut() {
    reset(client_);
    reset(server_);
    all_.erase(shared_from_this());
  }

  // Reads both ways, unless that goes on already or everything is stalled.
  void go_on() {
    if (!server_.is_open()) return;
    read(Direction::to_server);
    read(Direction::to_client);
  }

  void count_anew(Direction direction) { pumps_[index_of(direction)].counted = 0; }

 private:
  struct Pump {
    std::array<char, 16 * 1024> buffer{};
    std::uint64_t counted = 0;
    bool busy = false;
  };

  void read(Direction direction) {
    Pump& pump = pumps_[index_of(direction)];
    if (pump.busy || rules_.stalled) return;
    pump.busy = true;
    tcp::socket& from = direction == Direction::to_server ? client_ : server_;
    // Waits first: what arrives while stalled must stay with its sender's kernel.
    from.async_wait(tcp::socket::wait_read, [self = shared_from_this(), direction](error_code error) {
      self->pumps_[index_of(direction)].busy = false;
      if (error) return self->end();
      if (!self->rules_.stalled) self->forward(direction);
    });
  }

  void forward(Direction direction) {
    Pump& pump = pumps_[index_of(direction)];
    tcp::socket& from = direction == Direction::to_server ? client_ : server_;
    tcp::socket& to = direction == Direction::to_server ? server_ : client_;
    error_code error;
    const std::size_t got = from.read_some(asio::buffer(pump.buffer), error);
    if (error == asio::error::would_block || error == asio::error::try_again) return read(direction);
    if (error) return end();
    const std::size_t allowed = allow(direction, got);
    const bool last = cut_next_;
    cut_next_ = false;
    pump.busy = true;
    asio::async_write(to, asio::buffer(pump.buffer, allowed),
                      [self = shared_from_this(), direction, last](error_code failed, std::size_t) {
                        self->pumps_[index_of(direction)].busy = false;
                        if (failed) return self->end();
                        if (last) return self->end();
                        self->read(direction);
                      });
  }

  // How many of the bytes may pass; sets cut_next_ when the connection ends with them.
  std::size_t allow(Direction direction, std::size_t bytes) {
    const std::size_t way = index_of(direction);
    std::uint64_t allowed = bytes;
    if (rules_.each[way] > 0 && pumps_[way].counted + allowed >= rules_.each[way]) {
      allowed = rules_.each[way] - pumps_[way].counted;
      cut_next_ = true;
    }
    if (rules_.once[way] > 0 && allowed >= rules_.once[way]) {
      allowed = std::exchange(rules_.once[way], 0);
      cut_next_ = true;
    } else if (rules_.once[way] > 0) {
      rules_.once[way] -= allowed;
    }
    if (rules_.until_stall[way] > 0) {
      allowed = std::min(allowed, rules_.until_stall[way]);
      rules_.until_stall[way] -= allowed;
      rules_.stalled = rules_.until_stall[way] == 0;
    }
    if (cut_next_) ++rules_.cuts;
    pumps_[way].counted += allowed;
    rules_.forwarded[way] += allowed;
    return allowed;
  }

  // One end is gone, so the other one goes. What was written is delivered first, unless cut() follows.
  void end() {
    error_code ignored;
    client_.close(ignored);
    server_.close(ignored);
    all_.erase(shared_from_this());
  }

  tcp::socket client_;
  tcp::socket server_;
  Rules& rules_;
  std::set<std::shared_ptr<Pair>>& all_;
  std::array<Pump, 2> pumps_;
  bool cut_next_ = false;
};

}  // namespace

struct TcpProxy::State {
  explicit State(std::uint16_t target_port) : target(asio::ip::address_v4::loopback(), target_port) {
    listen(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    endpoint = acceptor.local_endpoint();
    thread = std::thread([this] { context.run(); });
  }

  // Runs the call on the proxy's thread, and waits for it.
  template <typename Call>
  auto run(Call call) {
    std::packaged_task<decltype(call())()> task(std::move(call));
    auto result = task.get_future();
    asio::post(context, [&task] { task(); });
    return result.get();
  }

  ~State() {
    run([this] {
      error_code ignored;
      acceptor.close(ignored);
      cut_all();
    });
    work.reset();
    thread.join();
  }

  void listen(const tcp::endpoint& where) {
    acceptor.open(where.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(where);
    acceptor.listen();
    accept();
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket client) {
      if (!acceptor.is_open()) return;
      if (!error) {
        const auto pair = std::make_shared<Pair>(std::move(client), rules, pairs);
        pairs.insert(pair);
        pair->begin(target);
      }
      accept();
    });
  }

  void cut_all() {
    for (const auto& pair : std::set(pairs)) pair->cut();
  }

  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  tcp::endpoint target;
  tcp::endpoint endpoint;
  tcp::acceptor acceptor{context};
  Rules rules;
  std::set<std::shared_ptr<Pair>> pairs;
  std::thread thread;
};

TcpProxy::TcpProxy(std::uint16_t target_port) : state_(std::make_unique<State>(target_port)) {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const noexcept { return state_->endpoint.port(); }

void TcpProxy::cut_all() {
  state_->run([this] { state_->cut_all(); });
}

void TcpProxy::cut_once_after(Direction direction, std::uint64_t bytes) {
  state_->run([this, direction, bytes] { state_->rules.once[index_of(direction)] = bytes; });
}

void TcpProxy::cut_each_after(Direction direction, std::uint64_t bytes) {
  state_->run([this, direction, bytes] {
    state_->rules.each[index_of(direction)] = bytes;
    for (const auto& pair : state_->pairs) pair->count_anew(direction);
  });
}

void TcpProxy::stall_after(Direction direction, std::uint64_t bytes) {
  state_->run([this, direction, bytes] { state_->rules.until_stall[index_of(direction)] = bytes; });
}

void TcpProxy::stall(bool stalled) {
  state_->run([this, stalled] {
    state_->rules.stalled = stalled;
    for (const auto& pair : std::set(state_->pairs)) pair->go_on();
  });
}

void TcpProxy::refuse(bool refused) {
  state_->run([this, refused] {
    error_code ignored;
    if (refused)
      state_->acceptor.close(ignored);
    else if (!state_->acceptor.is_open())
      state_->listen(state_->endpoint);
  });
}

std::size_t TcpProxy::connections() const {
  return state_->run([this] { return state_->pairs.size(); });
}

std::uint64_t TcpProxy::forwarded(Direction direction) const {
  return state_->run([this, direction] { return state_->rules.forwarded[index_of(direction)]; });
}

std::uint64_t TcpProxy::cuts() const {
  return state_->run([this] { return state_->rules.cuts; });
}

}  // namespace banyan::testkit
