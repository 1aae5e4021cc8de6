#include "banyan/services/copy.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>

namespace banyan::services {
namespace {

/// Of one transaction, and of one look at both sides.
constexpr std::uint32_t records_max = 5'000;
/// Differences that an error names.
constexpr std::size_t named_max = 5;

/// SHA-256 over records.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  /// Each value with its kind and length before it, so that no two records look alike; then the version.
  void add(const Record& record) {
    bytes_.clear();
    for (const Value& value : record.values) add(value);
    append(&record.version, sizeof record.version);
    EVP_DigestUpdate(context_.get(), bytes_.data(), bytes_.size());
  }

  std::string hexadecimal() {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), hash, &size);
    std::string digits;
    for (unsigned int i = 0; i < size; ++i) {
      digits += "0123456789abcdef"[hash[i] >> 4];
      digits += "0123456789abcdef"[hash[i] & 0xF];
    }
    return digits;
  }

 private:
  void append(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  void add(const Value& value) {
    const auto kind = static_cast<unsigned char>(value.index());
    append(&kind, 1);
    if (const auto* text = std::get_if<std::string>(&value)) {
      const std::uint64_t size = text->size();
      append(&size, sizeof size);
      append(text->data(), text->size());
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      append(flag, 1);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      append(integer, sizeof *integer);
    } else if (const auto* number = std::get_if<double>(&value)) {
      append(number, sizeof *number);
    }
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  std::string bytes_;
};

Error differs(std::vector<std::string> places) {
  std::string list;
  for (const std::string& place : places) list += (list.empty() ? "" : ", ") + place;
  return Error(ErrorCode::internal, "the copy differs from its source: " + list)
      .with_hint("was one of them written to meanwhile? Empty the target and copy again");
}

/// Where the two sides differ, by name.
class Differences {
 public:
  void add(std::string place) {
    if (places_.size() < named_max) places_.push_back(std::move(place));
    ++count_;
  }
  bool any() const noexcept { return count_ > 0; }
  Error error() const {
    std::vector<std::string> places = places_;
    if (count_ > places.size()) places.push_back("and " + std::to_string(count_ - places.size()) + " more");
    return differs(std::move(places));
  }

 private:
  std::vector<std::string> places_;
  std::size_t count_ = 0;
};

/// The records of one side, one after another.
class Cursor {
 public:
  Cursor(BulkSource& source, const Collection& collection) : source_(source), collection_(collection) {}

  /// Null at the end.
  Result<const Record*> peek() {
    if (place_ == page_.size() && !ended_) {
      const std::optional<Value> after = page_.empty() ? std::nullopt : std::optional(page_.back().values.front());
      auto page = source_.read(collection_, after, records_max);
      if (!page) return fail(std::move(page.error()));
      page_ = std::move(*page);
      place_ = 0;
      ended_ = page_.size() < records_max;
    }
    return place_ < page_.size() ? &page_[place_] : nullptr;
  }
  void next() noexcept { ++place_; }

 private:
  BulkSource& source_;
  const Collection& collection_;
  std::vector<Record> page_;
  std::size_t place_ = 0;
  bool ended_ = false;
};

class Copy {
 public:
  Copy(const Schema& schema, BulkSource& source, BulkSink& sink,
       const std::function<void(const CopyProgress&)>& progress)
      : schema_(schema), source_(source), sink_(sink), tell_(progress) {}

  Result<CopyReport> run() {
    auto begun = sink_.under_way();
    if (!begun) return fail(std::move(begun.error()));
    if (*begun && **begun != source_.identity())
      return fail(Error(ErrorCode::invalid, "the target holds part of a copy from " + **begun)
                      .with_hint("go on with that copy, or copy into an empty database"));
    if (!*begun)
      if (auto done = make_tables(); !done) return fail(std::move(done.error()));
    if (auto done = sink_.begin(source_.identity()); !done) return fail(std::move(done.error()));
    if (auto done = load_all(); !done) return fail(std::move(done.error()));
    if (auto done = sink_.finish(); !done) return fail(std::move(done.error()));
    if (auto done = verify_all(); !done) return fail(std::move(done.error()));
    if (auto done = sink_.release(); !done) return fail(std::move(done.error()));
    return std::move(report_);
  }

 private:
  Result<void> make_tables() {
    const auto plan = sink_.keeper().plan();
    if (!plan) return fail(plan.error());
    for (const SchemaDifference& difference : plan->differences) {
      if (difference.kind != SchemaDifference::Kind::blocking) continue;
      return fail(Error(ErrorCode::unsupported, "the target's tables are not those of the config: " + difference.what)
                      .with_hint(difference.remedy));
    }
    return sink_.keeper().apply_additive(*plan);
  }

  Result<void> load_all() {
    for (const Collection& collection : schema_.collections) {
      auto count = source_.count(collection);
      if (!count) return fail(std::move(count.error()));
      progress_.total += *count;
    }
    const auto began = std::chrono::steady_clock::now();
    for (const Collection& collection : schema_.collections)
      if (auto done = load(collection); !done) return done;
    report_.loading_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return {};
  }

  Result<void> load(const Collection& collection) {
    auto after = sink_.last_record(collection);
    if (!after) return fail(std::move(after.error()));
    progress_.collection = collection.name;
    std::uint64_t records = 0;
    while (true) {
      auto page = source_.read(collection, *after, records_max);
      if (!page) return fail(std::move(page.error()));
      if (page->empty()) break;
      if (auto done = sink_.write(collection, *page); !done) return done;
      *after = page->back().values.front();
      records += page->size();
      progress_.done += page->size();
      tell_(progress_);
      if (page->size() < records_max) break;
    }
    report_.loaded += records;
    if (collection.id_kind != IdKind::integer) return {};
    auto last = source_.last_id(collection);
    if (!last) return fail(std::move(last.error()));
    return sink_.set_last_id(collection, *last);
  }

  Result<void> verify_all() {
    auto target = sink_.read_back();
    if (!target) return fail(std::move(target.error()));
    progress_.stage = CopyProgress::Stage::verifying;
    progress_.done = 0;
    Differences differences;
    for (const Collection& collection : schema_.collections)
      if (auto done = verify(collection, **target, differences); !done) return done;
    if (differences.any()) return fail(differences.error());
    return {};
  }

  Result<void> verify(const Collection& collection, BulkSource& target, Differences& differences) {
    CopyReport::Collection& said = report_.collections.emplace_back();
    said.name = progress_.collection = collection.name;
    Digest digest;
    Cursor left(source_, collection);
    Cursor right(target, collection);
    while (true) {
      const auto original = left.peek();
      const auto copied = right.peek();
      if (!original) return fail(original.error());
      if (!copied) return fail(copied.error());
      if (*original == nullptr && *copied == nullptr) break;
      const int order = *original == nullptr ? 1
                        : *copied == nullptr ? -1
                                             : compare_values((*original)->values.front(), (*copied)->values.front());
      if (order != 0 || **original != **copied)
        differences.add(to_string(RecordKey(&collection, (order <= 0 ? *original : *copied)->values.front())));
      if (order <= 0) digest.add(**original), ++said.records, ++progress_.done, left.next();
      if (order >= 0) right.next();
      if (progress_.done % records_max == 0) tell_(progress_);
    }
    tell_(progress_);
    said.digest = digest.hexadecimal();
    return verify_last_id(collection, target, said, differences);
  }

  Result<void> verify_last_id(const Collection& collection, BulkSource& target, CopyReport::Collection& said,
                              Differences& differences) {
    if (collection.id_kind != IdKind::integer) return {};
    auto original = source_.last_id(collection);
    if (!original) return fail(std::move(original.error()));
    auto copied = target.last_id(collection);
    if (!copied) return fail(std::move(copied.error()));
    said.last_id = *original;
    if (*original != *copied) differences.add("the next id of " + collection.name);
    return {};
  }

  const Schema& schema_;
  BulkSource& source_;
  BulkSink& sink_;
  const std::function<void(const CopyProgress&)>& tell_;
  CopyProgress progress_;
  CopyReport report_;
};

}  // namespace

Result<CopyReport> copy(const Schema& schema, BulkSource& source, BulkSink& sink,
                        const std::function<void(const CopyProgress&)>& progress) {
  return Copy(schema, source, sink, progress).run();
}

}  // namespace banyan::services
