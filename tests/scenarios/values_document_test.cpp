#include <boost/json.hpp>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

// docs/values.md is run: each row of the tables under "Examples" is sent to the server as it stands there.
namespace banyan::scenarios {
namespace {

constexpr const char* config = R"(
[server]
listen = "127.0.0.1:{port}"

[database]
url = "sqlite:app.db"

[collections.values]
fields.text      = { type = "text" }
fields.integer   = { type = "integer" }
fields.number    = { type = "number" }
fields.boolean   = { type = "boolean" }
fields.timestamp = { type = "timestamp" }
fields.date      = { type = "date" }
fields.json      = { type = "json" }
fields.uuid      = { type = "uuid" }
fields.email     = { type = "email" }
fields.url       = { type = "url" }
fields.enum      = { type = "enum", values = ["small", "medium", "large"] }
access.read   = "anyone"
access.create = "anyone"
access.delete = "anyone"
)";

using Row = std::vector<std::string>;
/// The cells of one table, without its head, by the words of its head.
struct Table {
  std::string head;
  std::vector<Row> rows;
};

Row cells_of(std::string_view line) {
  Row cells;
  line = line.substr(1, line.rfind('|') - 1);
  while (!line.empty()) {
    const std::size_t bar = line.find(" | ");
    std::string cell(line.substr(0, bar));
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(std::move(cell));
    line = bar == std::string_view::npos ? std::string_view() : line.substr(bar + 3);
  }
  return cells;
}

std::vector<Table> tables_of(const std::string& document) {
  std::vector<Table> tables;
  bool in_table = false;
  std::istringstream lines(document.substr(document.find("\n## Examples")));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ")) {
      in_table = false;
    } else if (!in_table) {
      in_table = true;
      tables.push_back({.head = line, .rows = {}});
    } else if (!line.starts_with("| ---")) {
      tables.back().rows.push_back(cells_of(line));
    }
  }
  return tables;
}

/// What stands between backticks, in order.
std::vector<std::string> spans_of(const std::string& cell) {
  std::vector<std::string> spans;
  for (std::size_t begin = cell.find('`'); begin != std::string::npos;) {
    const std::size_t end = cell.find('`', begin + 1);
    spans.push_back(cell.substr(begin + 1, end - begin - 1));
    begin = cell.find('`', end + 1);
  }
  return spans;
}
std::string span_of(const std::string& cell) { return spans_of(cell).at(0); }

class ValuesDocument : public ServedTest {
 protected:
  ValuesDocument() : ServedTest(config) {}

  const std::vector<Row>& rows_under(std::string_view head) {
    for (const Table& table : tables_)
      if (table.head == head) return table.rows;
    throw std::runtime_error("docs/values.md has no table " + std::string(head));
  }

  Response create(const std::string& type, const std::string& value) {
    return send(post("/values", "{\"" + type + "\":" + value + "}"));
  }
  /// The values of that field in what the request answers, as their text stands in the body.
  std::vector<std::string> values_in(const std::string& type, const std::string& path) {
    const Response response = must(get(path));
    std::vector<std::string> found;
    for (const boost::json::value& record : boost::json::parse(response.body).as_array())
      found.push_back(boost::json::serialize(record.at(type)));
    return found;
  }
  /// The values as a server answers them.
  static std::vector<std::string> answered(const std::vector<std::string>& values) {
    std::vector<std::string> made;
    for (const std::string& value : values) made.push_back(boost::json::serialize(boost::json::parse(value)));
    return made;
  }
  void clear() {
    for (const boost::json::value& record : boost::json::parse(must(get("/values?limit=1000")).body).as_array())
      must({.method = "DELETE", .path = "/values/" + boost::json::serialize(record.at("id"))});
  }

  std::vector<Table> tables_ = tables_of(read_text(BANYAN_VALUES_DOCUMENT));
};

TEST_F(ValuesDocument, what_is_sent_is_answered_as_it_says) {
  for (const Row& row : rows_under("| type | sent | answered |")) {
    const std::string type = span_of(row.at(0));
    const Response response = create(type, span_of(row.at(1)));
    if (row.at(2) == "refused") {
      EXPECT_EQ(response.status, 400) << row.at(1) << "\n" << response.body;
      continue;
    }
    ASSERT_EQ(response.status, 201) << row.at(1) << "\n" << response.body;
    const std::string expected = "\"" + type + "\":" + span_of(row.at(2));
    EXPECT_NE(response.body.find(expected), std::string::npos) << expected << " is not in " << response.body;
    const auto location = response.header("location");
    ASSERT_TRUE(location);
    const Response read = must(get(*location));
    EXPECT_NE(read.body.find(expected), std::string::npos) << expected << " is not in " << read.body;
  }
}

TEST_F(ValuesDocument, values_are_ordered_as_it_says) {
  for (const Row& row : rows_under("| type | values |")) {
    const std::string type = span_of(row.at(0));
    std::vector<std::string> values = spans_of(row.at(1));
    for (std::size_t i = values.size(); i > 0; --i) ASSERT_EQ(create(type, values[i - 1]).status, 201) << values[i - 1];
    std::vector<std::string> expected;
    for (const std::string& value : values) {
      const Response one = create(type, value);  // how the server writes it
      expected.push_back(boost::json::serialize(boost::json::parse(one.body).at(type)));
    }
    std::vector<std::string> found = values_in(type, "/values?order=" + type + "&limit=1000");
    found.erase(std::unique(found.begin(), found.end()), found.end());
    EXPECT_EQ(found, expected) << type;
    std::ranges::reverse(expected);
    found = values_in(type, "/values?order=" + type + ".desc&limit=1000");
    found.erase(std::unique(found.begin(), found.end()), found.end());
    EXPECT_EQ(found, expected) << type << ", descending";
    clear();
  }
}

TEST_F(ValuesDocument, filters_find_what_it_says) {
  for (const Row& row : rows_under("| type | values | filter | finds |")) {
    const std::string type = span_of(row.at(0));
    for (const std::string& value : spans_of(row.at(1))) ASSERT_EQ(create(type, value).status, 201) << value;
    EXPECT_EQ(values_in(type, "/values?" + type + "=" + span_of(row.at(2)) + "&order=id"),
              answered(spans_of(row.at(3))))
        << row.at(2);
    clear();
  }
}

}  // namespace
}  // namespace banyan::scenarios
