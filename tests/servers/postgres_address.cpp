#include "tests/servers/postgres_address.hpp"

#include <libpq-fe.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "banyan/base/ids.hpp"
#include "banyan/base/random.hpp"

namespace banyan::testkit {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

Connection connect(const std::string& url) {
  Connection connection(PQconnectdb((url + "?connect_timeout=5&application_name=test").c_str()), PQfinish);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

std::string rows_of(const PGresult* result) {
  std::string text;
  for (int row = 0; row < PQntuples(result); ++row) {
    if (row > 0) text += '\n';
    for (int column = 0; column < PQnfields(result); ++column) {
      if (column > 0) text += '\t';
      text += PQgetisnull(result, row, column) != 0 ? "\\N" : PQgetvalue(result, row, column);
    }
  }
  return text;
}

std::string unique_name() {
  constexpr std::size_t random_bytes = 8;
  SystemRandom random;
  return "test_" + make_hex_token(random, random_bytes);
}

}  // namespace

PostgresAddress::PostgresAddress(std::uint16_t port, std::string folder, Databases databases)
    : port_(port), folder_(std::move(folder)), databases_(databases) {}

PostgresAddress::~PostgresAddress() {
  if (databases_ == Databases::vanish_with_server) return;
  for (const std::string& name : made_) {
    try {
      run("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    } catch (const std::exception&) {
      // It vanishes with its server at the latest.
    }
  }
}

std::string PostgresAddress::url_through(std::uint16_t port, std::string_view database) const {
  return "postgres://" + std::string(user) + ":" + std::string(encoded_password) +
         "@127.0.0.1:" + std::to_string(port) + "/" + std::string(database);
}

std::string PostgresAddress::make_database() const {
  const std::string name = unique_name();
  run("postgres", "CREATE DATABASE " + name);
  const std::lock_guard lock(mutex_);
  made_.push_back(name);
  return url(name);
}

std::string PostgresAddress::name_in(const std::string& url) {
  const std::string path = url.substr(url.rfind('/') + 1);
  return path.substr(0, path.find('?'));
}

std::string PostgresAddress::run(const std::string& database, const std::string& sql) const {
  const Connection connection = connect(url(database));
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  const Answer result(PQexec(connection.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()) + ("in: " + sql));
  return rows_of(result.get());
}

bool PostgresAddress::answers() const { return PQstatus(connect(url()).get()) == CONNECTION_OK; }

}  // namespace banyan::testkit
