#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/http_client.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::scenarios {

/// What an answer must be.
struct Expected {
  int status = 200;
  /// Name in lower case, and what its value must contain; an empty value only asks that it is there.
  Headers headers;
  std::vector<std::string> no_headers;
  std::vector<std::string> contains;  ///< Texts that the body must hold.
  std::vector<std::string> lacks;     ///< Texts that the body must not hold.
  /// The whole body as JSON, order of members included; `"*"` as a member's value stands for any.
  std::optional<std::string> json;
};

/// Requests that lead there, one request, and what it must answer.
struct Scenario {
  std::string name;            ///< A sentence, with underscores.
  std::vector<Request> given;  ///< Each must succeed.
  Request request;
  Expected expect;
};
inline std::ostream& operator<<(std::ostream& out, const Scenario& scenario) { return out << scenario.name; }
std::string name_of(const testing::TestParamInfo<Scenario>& info);

/// The application that scenarios run against, on the stage under test.
const std::string& scenario_config();

/// Says (as test failures) where the answer differs, and checks what is promised of every answer: a date, a request
/// id, and for errors the one body.
void expect_response(const Response& response, const Expected& expected, const std::string& method);

/// A server of its own for one test.
class ServedTest : public testing::Test {
 protected:
  explicit ServedTest(std::string config = scenario_config(), Executable executable = Executable::release);
  void SetUp() override;

  Response send(const Request& request) { return client_.send(request); }
  /// As send(), and fails the test unless the answer is a success.
  Response must(const Request& request);

  ServerProcess server_;
  HttpClient client_;
};

/// TEST_P(Suite, holds) { run(GetParam()); }
class ScenarioTest : public ServedTest, public testing::WithParamInterface<Scenario> {
 protected:
  ScenarioTest() = default;
  explicit ScenarioTest(std::string config) : ServedTest(std::move(config)) {}

  void run(const Scenario& scenario);
};

}  // namespace banyan::scenarios
