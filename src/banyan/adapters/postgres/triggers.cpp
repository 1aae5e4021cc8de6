#include "banyan/adapters/postgres/triggers.hpp"

#include "banyan/sql/dialect.hpp"

namespace banyan::postgres {
namespace {

// As a partition's row triggers name the partition, the table is looked up. Ids that may come again are uuids.
constexpr const char* version_body = R"(
DECLARE
  collection text;
  buried bigint;
BEGIN
  NEW._version := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  IF TG_OP = 'UPDATE' THEN
    NEW._version := greatest(OLD._version + 1, NEW._version);
  END IF;
  IF pg_typeof(NEW.id) = 'uuid'::regtype AND (TG_OP = 'INSERT' OR NEW.id <> OLD.id) THEN
    SELECT relname INTO collection FROM pg_class WHERE oid = coalesce(pg_partition_root(TG_RELID), TG_RELID);
    EXECUTE format('SELECT version FROM %I._banyan_graves WHERE collection = $1 AND id = $2', TG_TABLE_SCHEMA)
      INTO buried USING collection, NEW.id::text;
    NEW._version := greatest(NEW._version, buried + 1);
  END IF;
  RETURN NEW;
END
)";

// A program that changes more rows than that in a transaction has emptied the cache as good as rows can.
constexpr const char* tell_body = R"(
DECLARE
  rows_told_max CONSTANT int := 1000;
  collection text;
  version bigint;
  told int;
BEGIN
  SELECT relname INTO collection FROM pg_class WHERE oid = coalesce(pg_partition_root(TG_RELID), TG_RELID);
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_notify('banyan', collection || ' *');
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    version := greatest(OLD._version + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  ELSE
    version := NEW._version;
  END IF;
  IF TG_OP <> 'INSERT' AND pg_typeof(OLD.id) = 'uuid'::regtype AND (TG_OP = 'DELETE' OR OLD.id <> NEW.id) THEN
    EXECUTE format('INSERT INTO %I._banyan_graves AS g (collection, id, version) VALUES ($1, $2, $3)
      ON CONFLICT ON CONSTRAINT _banyan_graves_pkey
      DO UPDATE SET version = greatest(g.version, excluded.version), at = now()', TG_TABLE_SCHEMA)
      USING collection, OLD.id::text, version;
  END IF;
  told := coalesce(nullif(current_setting('banyan.told', true), ''), '0')::int + 1;
  IF told > rows_told_max THEN
    PERFORM pg_notify('banyan', collection || ' *');
    RETURN NULL;
  END IF;
  PERFORM set_config('banyan.told', told::text, true);
  IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.id <> NEW.id) THEN
    PERFORM pg_notify('banyan', collection || ' ' || version || ' ' || OLD.id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM pg_notify('banyan', collection || ' ' || version || ' ' || NEW.id);
  END IF;
  RETURN NULL;
END
)";

struct Trigger {
  const char* name;
  const char* event;
  const char* each;
  const char* function;
};

constexpr std::array<Trigger, triggers_of_a_table> triggers{
    Trigger{"_banyan_version", "BEFORE INSERT OR UPDATE", "ROW", "_banyan_version"},
    Trigger{"_banyan_tell", "AFTER INSERT OR UPDATE OR DELETE", "ROW", "_banyan_tell"},
    Trigger{"_banyan_tell_all", "AFTER TRUNCATE", "STATEMENT", "_banyan_tell"}};

std::string make(const Trigger& trigger, std::string_view table) {
  return "CREATE TRIGGER " + sql::quoted(trigger.name) + " " + trigger.event + " ON " + sql::quoted(table) +
         " FOR EACH " + trigger.each +
         " WHEN (current_setting('banyan.writer', true) IS DISTINCT FROM 'on' OR pg_trigger_depth() > 0)" +
         " EXECUTE FUNCTION " + sql::quoted(trigger.function) + "()";
}

}  // namespace

const std::array<TriggerFunction, 2> trigger_functions{TriggerFunction{"_banyan_version", version_body},
                                                       TriggerFunction{"_banyan_tell", tell_body}};

std::string TriggerFunction::make() const {
  return "CREATE OR REPLACE FUNCTION " + sql::quoted(name) +
         "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $banyan$" +
         body + "$banyan$;\nREVOKE EXECUTE ON FUNCTION " + sql::quoted(name) + "() FROM PUBLIC";
}

std::vector<std::string> triggers_on(std::string_view table) {
  std::vector<std::string> statements;
  for (const Trigger& trigger : triggers) statements.push_back(make(trigger, table));
  return statements;
}

// CREATE OR REPLACE TRIGGER came with PostgreSQL 14.
std::vector<std::string> triggers_anew(std::string_view table) {
  std::vector<std::string> statements;
  for (const Trigger& trigger : triggers) {
    statements.push_back("DROP TRIGGER IF EXISTS " + sql::quoted(trigger.name) + " ON " + sql::quoted(table));
    statements.push_back(make(trigger, table));
  }
  return statements;
}

}  // namespace banyan::postgres
