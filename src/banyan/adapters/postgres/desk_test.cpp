#include "banyan/adapters/postgres/desk.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

struct CountedRequest {
  const Context& context;
  SteadyTime arrived;
  std::size_t& delivered;
  void deliver(const Result<int>&) { ++delivered; }
};

/// A desk with one session, on the thread of the test.
class DeskTest : public StoreTest {
 protected:
  void SetUp() override { connector_.start(); }
  void TearDown() override {
    connector_.stop();
    io_.poll();
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  Statements statements_;
  Connector connector_{io_, options_, log_};
  SessionPool::Parts parts_{io_, connector_, statements_, clock_, [] {}};
};

TEST_F(DeskTest, a_long_queue_that_needs_no_wait_does_not_fill_the_stack) {
  constexpr std::size_t requests = 200'000;
  std::size_t delivered = 0;
  const Context context{executor_, clock_, clock_.steady() + std::chrono::minutes(10)};
  Desk<CountedRequest> desk(
      parts_, {.purpose = {.name = "test"}, .sessions_max = 1, .batch_max = 1, .queue_max = requests},
      metrics_.gauge("waiting", "Requests that wait."), [](Session&, Desk<CountedRequest>::Batch batch) -> Task<void> {
        batch.front()->deliver(fail(ErrorCode::deadline_exceeded, "too late"));
        co_return;
      });
  CountedRequest request{context, clock_.steady(), delivered};
  for (std::size_t i = 0; i < requests; ++i) desk.submit(&request);
  desk.pump();
  while (!desk.idle()) io_.run_one();
  EXPECT_EQ(delivered, requests);
  desk.close(Error(ErrorCode::unavailable, "the test ends"));
}

}  // namespace
}  // namespace banyan::postgres
