#include "scenarios/scenario.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>

#include "scenarios/fleet_stage.hpp"

namespace banyan::scenarios {
namespace {

constexpr std::string_view problem_type = "application/problem+json";

// Whether `actual` is `wanted`, where "*" stands for anything; members must come in the same order.
bool same_json(const boost::json::value& actual, const boost::json::value& wanted) {
  if (wanted.is_string() && wanted.get_string() == "*") return true;
  if (actual.is_object() && wanted.is_object()) {
    const auto& a = actual.get_object();
    const auto& w = wanted.get_object();
    return std::ranges::equal(
        a, w, [](const auto& x, const auto& y) { return x.key() == y.key() && same_json(x.value(), y.value()); });
  }
  if (actual.is_array() && wanted.is_array())
    return std::ranges::equal(actual.get_array(), wanted.get_array(), same_json);
  return actual == wanted;
}

void expect_problem_body(const Response& response) {
  EXPECT_EQ(response.header("content-type").value_or("none"), problem_type);
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(response.body, error);
  ASSERT_FALSE(error) << response.body;
  ASSERT_TRUE(parsed.is_object()) << response.body;
  const boost::json::object& body = parsed.get_object();
  for (const char* member : {"type", "title", "status", "detail", "code", "message", "details", "hint"})
    EXPECT_TRUE(body.contains(member)) << member << " is missing in " << response.body;
  if (const auto* status = body.if_contains("status")) EXPECT_EQ(*status, response.status) << response.body;
  if (const auto* message = body.if_contains("message")) {
    EXPECT_TRUE(message->is_string() && !message->get_string().empty()) << response.body;
    EXPECT_EQ(*message, body.at("detail"));
  }
}

}  // namespace

std::string name_of(const testing::TestParamInfo<Scenario>& info) { return info.param.name; }

const std::string& scenario_config() {
  static const std::string config = read_text(BANYAN_SCENARIO_CONFIG);
  return config;
}

void expect_response(const Response& response, const Expected& expected, const std::string& method) {
  EXPECT_EQ(response.failure, "");
  EXPECT_EQ(response.status, expected.status) << response.body;
  EXPECT_TRUE(response.header("date")) << "every answer has a date";
  EXPECT_TRUE(response.header("x-request-id")) << "every answer has a request id";
  if (response.status >= 400 && method != "HEAD") expect_problem_body(response);
  for (const auto& [name, part] : expected.headers) {
    const auto value = response.header(name);
    ASSERT_TRUE(value) << "the header " << name << " is missing";
    EXPECT_NE(value->find(part), std::string::npos) << name << ": " << *value << " lacks " << part;
  }
  for (const std::string& name : expected.no_headers) EXPECT_FALSE(response.header(name)) << name;
  for (const std::string& part : expected.contains)
    EXPECT_NE(response.body.find(part), std::string::npos) << part << " is not in " << response.body;
  for (const std::string& part : expected.lacks)
    EXPECT_EQ(response.body.find(part), std::string::npos) << part << " is in " << response.body;
  if (expected.json) {
    boost::system::error_code error;
    const boost::json::value actual = boost::json::parse(response.body, error);
    EXPECT_TRUE(!error && same_json(actual, boost::json::parse(*expected.json)))
        << "wanted " << *expected.json << "\ngot    " << response.body;
  }
}

ServedTest::ServedTest(std::string config, Executable executable)
    : server_(ServerSetup{.config = std::move(config), .executable = executable}), client_(server_.port()) {
  if (fleet_stage()) client_.keep_position();
}

void ServedTest::SetUp() {
  server_.start();
  client_.set_port(server_.port());
}

Response ServedTest::must(const Request& request) {
  Response response = send(request);
  EXPECT_TRUE(response.status >= 200 && response.status < 300)
      << request.method << " " << request.path << " " << request.body << "\n"
      << response.status << " " << response.failure << " " << response.body;
  return response;
}

void ScenarioTest::run(const Scenario& scenario) {
  for (const Request& request : scenario.given) must(request);
  if (HasFailure()) return;
  expect_response(send(scenario.request), scenario.expect, scenario.request.method);
  if (HasFailure()) std::cerr << server_.output();
}

}  // namespace banyan::scenarios
