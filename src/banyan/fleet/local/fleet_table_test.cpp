#include "banyan/fleet/local/fleet_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::fleet {
namespace {

TEST(FleetTable, has_a_line_a_program_with_columns_in_line) {
  FleetRow instance;
  instance.name = "instance-1";
  instance.what = "Banyan";
  instance.pid = 4711;
  instance.port = 15001;
  instance.health = "ready";
  instance.requests_per_second = 1234.6;
  FleetRow replica;
  replica.name = "replica-1";
  replica.what = "PostgreSQL replica";
  replica.port = 15002;
  replica.health = "crashed";
  replica.restarts = 2;
  replica.lag_bytes = 12'345;
  EXPECT_THAT(
      table_of({instance, replica}),
      ::testing::ElementsAre("name        what                pid   port   health   restarts  requests/s  lag",
                             "instance-1  Banyan              4711  15001  ready              1235",
                             "replica-1   PostgreSQL replica  -     15002  crashed  2                     12 kB"));
}

}  // namespace
}  // namespace banyan::fleet
