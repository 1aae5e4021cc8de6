#include "banyan/fleet/local/instance_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::fleet {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(InstanceMetrics, count_what_clients_asked_and_not_what_watches) {
  const InstanceMetrics metrics = read_metrics(
      "# TYPE banyan_http_request_duration_seconds histogram\n"
      "banyan_http_request_duration_seconds_count{method=\"GET\",route=\"/users\"} 5\n"
      "banyan_http_request_duration_seconds_count{method=\"POST\",route=\"/users\"} 2\n"
      "banyan_http_request_duration_seconds_count{method=\"GET\",route=\"/health/ready\"} 70\n"
      "banyan_http_request_duration_seconds_count{method=\"GET\",route=\"/metrics\"} 30\n");
  EXPECT_EQ(metrics.requests, 7U);
  EXPECT_THAT(metrics.lags_bytes, IsEmpty());
}

TEST(InstanceMetrics, tell_how_far_each_replica_is_behind) {
  const InstanceMetrics metrics = read_metrics(
      "# TYPE banyan_replica_lag_bytes gauge\n"
      "banyan_replica_lag_bytes{replica=\"127.0.0.1:15001/app\"} 0\n"
      "banyan_replica_lag_bytes{replica=\"127.0.0.1:15002/app\"} 123456\n"
      "banyan_replica_lag_seconds{replica=\"127.0.0.1:15003/app\"} 1.5\n"
      "banyan_replica_lag_bytes{replica=\"?\"} 9\n");
  EXPECT_THAT(metrics.lags_bytes, UnorderedElementsAre(Pair(15001, 0U), Pair(15002, 123456U)));
}

}  // namespace
}  // namespace banyan::fleet
