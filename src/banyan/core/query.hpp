#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/core/record.hpp"

namespace banyan {

/// What a comparison, an order or an aggregate looks at: a field of the record, or something that is made of it.
struct Term {
  /// What a path into a json field leads to. A path leads nowhere (null) where a step has no such member or element.
  enum class Json : unsigned char {
    value,  ///< The JSON there, as canonical text; JSON's null is the text `null`. Only eq, neq, in and is_null.
    /// The text of a string, a boolean or a number (a whole one of 64 bits by its digits, any other with an exponent
    /// from 1e15 up and below 1e-4); null for all else, JSON's null included.
    text,
    number,  ///< The nearest double of a number; null for all else.
  };
  enum class Function : unsigned char {
    none,
    lower,   ///< A to Z become a to z; nothing else changes. Text only, as upper.
    upper,   ///< a to z become A to Z.
    length,  ///< Of a text, in code points: an integer.
  };

  std::size_t field = 0;
  /// Steps into a json field: a member's name, or an element's number (from 0; from the end if negative). Empty: the
  /// field itself, and `json` means nothing.
  std::vector<std::string> path;
  Json json = Json::value;
  Function function = Function::none;

  Term() = default;
  Term(std::size_t of_field) : field(of_field) {}  // NOLINT: a field is a term
  bool operator==(const Term&) const = default;
};

/// How the term's values are held, and so what it is compared with.
Field::Storage storage_of(const Collection& collection, const Term& term) noexcept;
/// The term's value in the record.
Value value_of(const Term& term, const Record& record);

enum class CompareOp : unsigned char {
  eq,
  neq,
  gt,
  gte,
  lt,
  lte,
  like,
  ilike,  ///< operands[0] is the pattern.
  in,     ///< any number of operands, none null: `any` of `eq`, so false for none, even where the field is null.
  is_null,
  is_true,
  is_false,       ///< no operand; never unknown.
  json_contains,  ///< JSON (a json field, or a value in it) holds operands[0], canonical JSON: json_contains().
  json_within,    ///< The other way round: `<@`.
  search,         ///< The texts of Collection::search hold what operands[0] asks for, read as `words` says. No term.
};

/// How the text of a search is read; the names are PostgreSQL's.
enum class SearchWords : unsigned char {
  query,   ///< to_tsquery: words with & | ! and parentheses.
  plain,   ///< plainto_tsquery: all of the words.
  phrase,  ///< phraseto_tsquery: all of them, one after the other.
  web,     ///< websearch_to_tsquery: "quoted", or, -without.
};

/// How records of one collection (the near one) belong to those of another (the target).
struct Relation {
  enum class Kind : unsigned char {
    to_one,   ///< The near record's reference `field` names the target.
    to_many,  ///< The target's reference `field` names the near record.
    /// Records of `through` name both: the near one by `field`, the target by `through_field`. A target that several of
    /// them name belongs once.
    through,
  };
  Kind kind = Kind::to_one;
  const Collection* target = nullptr;
  std::size_t field = 0;
  const Collection* through = nullptr;
  std::size_t through_field = 0;
  /// At most one record of the target belongs to a near one: to_one, and to_many where the reference is unique.
  bool single = false;

  bool operator==(const Relation&) const = default;
};

/// Every relation from the collection to others: its own references, those that name it, and those through a
/// collection with two references, in order of declaration.
std::vector<Relation> relations_of(const Schema& schema, const Collection& collection);

/// What a record must satisfy: a tree of comparisons (of json fields only is_null; they have no order either), with
/// SQL's three values: a comparison with a null field is unknown, `not` of unknown is unknown, and only what is true
/// matches.
struct Filter {
  enum class Kind : unsigned char {
    all,
    any,
    negation,
    comparison,
    related,  ///< Some record that belongs to this one by `relation` matches. Never unknown.
  };
  Kind kind = Kind::all;
  /// all, any: any number (none: true, false); negation: one; related: what the target must match, and, for `through`,
  /// a second one for the record between.
  std::vector<Filter> children;
  Term term;  ///< comparison only, as are op, operands and other.
  CompareOp op = CompareOp::eq;
  std::vector<Value> operands;             ///< Of the term's storage; text for like and ilike.
  std::optional<Term> other;               ///< Instead of operands, for eq to lte: a term of the same storage.
  bool other_is_near = false;              ///< `other` is of the record that the nearest `related` around it is about.
  SearchWords words = SearchWords::plain;  ///< search only.
  Relation relation;                       ///< related only.

  static Filter compare(Term term, CompareOp op, std::vector<Value> operands);
  static Filter compare_terms(Term term, CompareOp op, Term other);
  static Filter compare_with_near(Term term, CompareOp op, Term near);
  static Filter negate(Filter child);
  static Filter both(Filter a, Filter b);
  static Filter either(Filter a, Filter b);
  static Filter related_by(Relation relation, Filter target, Filter through);
  static Filter nothing();

  /// Whether it holds for every record, without a look at one.
  bool is_all() const noexcept { return kind == Kind::all && children.empty(); }
};

/// Finds what belongs to a record, for those who evaluate filters in memory.
class RelatedRecords {
 public:
  virtual ~RelatedRecords() = default;
  /// The records of `in` whose `field` is the value (the id is field 0); pointers live as long as the filter is
  /// evaluated.
  virtual std::vector<const Record*> find(const Collection& in, std::size_t field, const Value& value) const = 0;
};

/// Whether the record matches: the meaning that every store's statement must have. Without `related`,
/// nothing belongs to any record.
bool matches(const Filter& filter, const Record& record, const RelatedRecords* related = nullptr);

struct OrderTerm {
  Term field;
  bool descending = false;
  bool nulls_first = false;
  /// A reference of the record: `field` is then of the record that it names, null where there is none.
  std::optional<std::size_t> of_reference = std::nullopt;
  bool operator==(const OrderTerm&) const = default;
};

/// Negative, 0 or positive: how the term orders two values of its storage, nulls among them.
int compare_in_order(const OrderTerm& term, const Value& a, const Value& b) noexcept;

struct Aggregate {
  enum class Function : unsigned char {
    count,  ///< Of records; with a term, of those in which it is not null. An integer.
    sum,    ///< Of integers: an integer; of numbers: a number. Null for none; sum_out_of_range() past their range.
    avg,    ///< The exact sum as a double by the count as a double: a number. Null for none.
    min,
    max,  ///< By the order of values; not of booleans and json. Null for none.
  };
  Function function = Function::count;
  std::optional<Term> term;
  bool operator==(const Aggregate&) const = default;
};

/// Instead of records: one row a group of them, of the groups' values and then the aggregates'.
struct Grouping {
  /// Not json fields and values in them. Empty: one row over all, even over none. A group's nulls are one value.
  std::vector<Term> by;
  std::vector<Aggregate> aggregates;
  bool operator==(const Grouping&) const = default;
};

/// How well the number of matches must be known.
enum class Counted : unsigned char {
  no,
  exact,
  planned,    ///< What the store's planner expects, where it has one that says; else exact.
  estimated,  ///< Exact where few match, else planned.
};

/// Who may answer a read.
enum class Source : unsigned char {
  primary,  ///< What decides: all that was committed before the question.
  any,      ///< Also a replica that has come as far as the context's position.
};

struct Embed;

/// One page of a collection. The order is always total: stores add the id, ascending, as the last term unless it is
/// a term already; with a grouping, its terms that are not in the order, ascending, nulls last.
struct Query {
  const Collection* collection = nullptr;
  Filter filter;
  std::vector<OrderTerm> order;  ///< With a grouping, of its terms only.
  std::uint32_t limit = 100;
  std::uint64_t offset = 0;
  std::vector<Embed> embeds;                        ///< None with a grouping.
  std::optional<Grouping> grouping = std::nullopt;  ///< Rows come instead of records.
  /// Also how many match, or how many groups there are, whatever limit and offset say.
  Counted counted = Counted::no;
  Source source = Source::any;
};

/// Records that belong to those of the query that it stands in, with each of them a page of their own: filter, order,
/// limit, offset and grouping of `query` are for those that belong to one record. Grouped by nothing, also a record to
/// which none belongs has its row.
struct Embed {
  Relation relation;
  Query query;            ///< Of relation.target; never counted.
  Filter through_filter;  ///< What records between must match.
};

/// Of all embeds of a request together; more is `too_large`.
inline constexpr std::size_t embedded_records_max = 50'000;

struct EmbeddedPage;

struct RecordPage {
  std::vector<Record> records;
  std::vector<std::vector<Value>> rows = {};          ///< Instead of records, where the query has a grouping.
  std::vector<EmbeddedPage> embeds;                   ///< One an embed of the query.
  std::optional<std::uint64_t> count = std::nullopt;  ///< Where the query is counted.
  /// Fields that the viewer may not see, one list a record, or nothing at all; a store leaves it empty.
  std::vector<std::vector<std::size_t>> hidden = {};
};

/// What belongs to each record of the page around it: spans of `page.records` (or rows), one a record, in its order.
struct EmbeddedPage {
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  RecordPage page;
  std::vector<Span> spans;
};

}  // namespace banyan
