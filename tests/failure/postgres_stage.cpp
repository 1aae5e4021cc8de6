#include "failure/postgres_stage.hpp"

#include <stdexcept>
#include <utility>

#include "failure/load.hpp"
#include "scenarios/http_client.hpp"
#include "tests/servers/becomes_true.hpp"

namespace banyan::scenarios {

PostgresStage::PostgresStage(const std::string& settings, testkit::PostgresSettings postgres_settings)
    : postgres(std::move(postgres_settings)),
      database(testkit::PostgresAddress::name_in(postgres.make_database())),
      server(ServerSetup{.config = settings + ledger_collection,
                         .environment = {{"DATABASE_URL", postgres.address().url_through(proxy.port(), database)}}}) {}

bool PostgresStage::ready() const { return HttpClient(server.port()).get("/health/ready").status == 200; }

std::chrono::milliseconds PostgresStage::time_until_it_serves(Ledger& ledger) {
  const auto began = std::chrono::steady_clock::now();
  Writer writer(server.port(), ledger, "returned" + std::to_string(asked_++), 0);
  if (!testkit::becomes_true([&] { return ready() && writer.create() == Outcome::done; }))
    throw std::runtime_error("it does not serve again:\n" + server.output());
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

int PostgresStage::connections() const {
  return std::stoi(postgres.run(
      database,
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'banyan%'"));
}

}  // namespace banyan::scenarios
