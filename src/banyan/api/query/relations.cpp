#include "banyan/api/query/relations.hpp"

#include <algorithm>
#include <utility>

#include "banyan/api/query/scanner.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

using Kind = Relation::Kind;

// The name that PostgreSQL gives to a reference's constraint, and PostgREST's clients know.
std::string constraint_name(const Collection& collection, std::size_t field) {
  return collection.name + "_" + collection.fields[field].name + "_fkey";
}

/// A relation, and what it is called.
struct Candidate {
  Relation relation;
  std::string constraint;  ///< Of the reference that is followed first.
  std::string reference;   ///< That reference's name.
};

std::vector<Candidate> candidates_of(const Schema& schema, const Collection& collection) {
  std::vector<Candidate> candidates;
  for (const Relation& relation : relations_of(schema, collection)) {
    const Collection& holder = relation.kind == Kind::to_one    ? collection
                               : relation.kind == Kind::to_many ? *relation.target
                                                                : *relation.through;
    candidates.push_back({relation, constraint_name(holder, relation.field), holder.fields[relation.field].name});
  }
  return candidates;
}

bool is_named(const Candidate& candidate, std::string_view name) {
  if (candidate.relation.target->name == name) return true;
  if (candidate.relation.kind == Kind::through) return false;
  return candidate.constraint == name || (candidate.relation.kind == Kind::to_one && candidate.reference == name);
}

bool is_hinted(const Candidate& candidate, std::string_view hint) {
  if (candidate.constraint == hint || candidate.reference == hint) return true;
  return candidate.relation.kind == Kind::through && candidate.relation.through->name == hint;
}

bool is_through(const Candidate& candidate) { return candidate.relation.kind == Kind::through; }

std::unexpected<Error> unknown(const Schema& schema, const Collection& collection, std::string_view name,
                               std::string_view hint) {
  const std::vector<std::string> names = relation_names(schema, collection);
  const std::vector<std::string_view> words(names.begin(), names.end());
  const std::string nearest = hint.empty() ? did_you_mean(name, words) : std::string();
  std::string known;
  for (const std::string& one : names) known += (known.empty() ? "" : ", ") + one;
  const std::string by = hint.empty() ? "." : " by " + quoted(hint) + ".";
  return malformed(
      "No relation leads from '" + collection.name + "' to " + quoted(name) + (nearest.empty() ? by : nearest),
      known.empty() ? "No reference leads from or to " + collection.name + "." : "Known here: " + known + ".",
      "unknown_embed");
}

std::string describe(const Collection& collection, const Candidate& candidate) {
  const Relation& relation = candidate.relation;
  switch (relation.kind) {
    case Kind::to_one:
      return "many-to-one: " + collection.name + "." + candidate.reference + " names " + relation.target->name;
    case Kind::to_many:
      return std::string(relation.single ? "one-to-one: " : "one-to-many: ") + relation.target->name + "." +
             candidate.reference + " names " + collection.name;
    case Kind::through: break;
  }
  return "many-to-many: " + relation.through->name + "." + candidate.reference + " names " + collection.name + ", " +
         relation.through->name + "." + relation.through->fields[relation.through_field].name + " names " +
         relation.target->name;
}

// What tells the candidate from all others: its reference where that is enough, else its constraint or what is between.
std::string hint_for(const Candidate& candidate, const std::vector<Candidate>& all) {
  const auto tells = [&](const std::string& hint) {
    return std::ranges::count_if(all, [&](const Candidate& other) { return is_hinted(other, hint); }) == 1;
  };
  if (is_through(candidate) && tells(candidate.relation.through->name)) return candidate.relation.through->name;
  return tells(candidate.reference) ? candidate.reference : candidate.constraint;
}

std::unexpected<Error> ambiguous(const Collection& collection, std::string_view name,
                                 const std::vector<Candidate>& candidates) {
  Error error(ErrorCode::invalid,
              "More than one relation leads from '" + collection.name + "' to " + quoted(name) + ".");
  std::string ways;
  for (const Candidate& candidate : candidates) {
    const std::string way = candidate.relation.target->name + "!" + hint_for(candidate, candidates);
    error.fields.push_back({way, describe(collection, candidate)});
    ways += (ways.empty() ? "'" : ", '") + way + "'";
  }
  error.reason = "ambiguous_embed";
  error.hint = "Write one of " + ways + " instead of " + quoted(name) + ".";
  return std::unexpected(std::move(error));
}

}  // namespace

std::vector<std::string> relation_names(const Schema& schema, const Collection& collection) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const Candidate& candidate : candidates_of(schema, collection)) {
    if (candidate.relation.kind == Kind::to_one) add(candidate.reference);
    add(candidate.relation.target->name);
  }
  return names;
}

Result<Relation> relation_of(const Schema& schema, const Collection& collection, std::string_view name,
                             std::string_view hint) {
  std::vector<Candidate> found = candidates_of(schema, collection);
  std::erase_if(found, [&](const Candidate& candidate) { return !is_named(candidate, name); });
  if (!hint.empty()) std::erase_if(found, [&](const Candidate& candidate) { return !is_hinted(candidate, hint); });
  if (found.empty()) return unknown(schema, collection, name, hint);
  if (!std::ranges::all_of(found, is_through)) std::erase_if(found, is_through);
  // A collection that refers to itself: the one that is named can be had by the reference's own name.
  if (found.size() == 2 && found[0].constraint == found[1].constraint && name == collection.name)
    std::erase_if(found, [](const Candidate& candidate) { return candidate.relation.kind == Kind::to_one; });
  if (found.size() > 1) return ambiguous(collection, name, found);
  return found.front().relation;
}

}  // namespace banyan::api
