// An exchange on one connection.
#include "banyan/adapters/postgres/session.hpp"

#include <optional>
#include <thread>

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

/// A session on the thread of the test, which reads when the test says so.
class SessionTest : public StoreTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(load_libpq());
    ConnectionHandle connection(::PQconnectdb(url_.c_str()));
    ASSERT_EQ(PQstatus(connection.get()), CONNECTION_OK) << PQerrorMessage(connection.get());
    server_process_ = std::to_string(PQbackendPID(connection.get()));
    session_ = Session::make(io_, std::move(connection), statements_);
  }
  void TearDown() override {
    session_->close(Error(ErrorCode::unavailable, "the test ends"));
    io_.poll();
  }

  Task<void> exchange(std::size_t bytes_max) { outcome_ = co_await session_->exchange(SteadyTime::max(), bytes_max); }
  /// Nothing is read before the server has sent all that the sockets hold.
  void begin_with_a_full_socket(const char* statement, std::size_t bytes_max) {
    session_->add(statement);
    detach(exchange(bytes_max));
    while (run("SELECT query <> '' AND wait_event IN ('ClientWrite', 'ClientRead') FROM pg_stat_activity WHERE pid = " +
               server_process_) != "t")
      std::this_thread::yield();
  }
  const Result<Results>& outcome() {
    while (!outcome_) io_.run_one();
    return *outcome_;
  }

  boost::asio::io_context io_{1};
  Statements statements_;
  std::string server_process_;
  std::shared_ptr<Session> session_;
  std::optional<Result<Results>> outcome_;
};

constexpr const char* three_megabytes = "SELECT repeat('x', 1000) FROM generate_series(1, 3000)";

TEST_F(SessionTest, bytes_that_wait_to_be_read_are_counted_once) {
  begin_with_a_full_socket(three_megabytes, std::size_t{4} << 20);
  ASSERT_TRUE(outcome()) << outcome().error().message;
  EXPECT_EQ(PQntuples(outcome()->at(0).get()), 3000);
  EXPECT_GT(session_->bytes_received(), std::size_t{1} << 20);
  EXPECT_LT(session_->bytes_received(), std::size_t{4} << 20);
}

TEST_F(SessionTest, an_answer_of_too_many_bytes_is_given_up) {
  begin_with_a_full_socket(three_megabytes, std::size_t{1} << 20);
  ASSERT_FALSE(outcome());
  EXPECT_EQ(outcome().error().code, ErrorCode::too_large);
  EXPECT_TRUE(session_->broken());
}

}  // namespace
}  // namespace banyan::postgres
