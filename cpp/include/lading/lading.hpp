// lading: run trained models from C++17. A header over the C interface, so one build of the library serves
// every compiler. See docs/cpp.md; the shortest program:
//
//   const auto model = lading::load("tau-id");
//   const auto pt    = model.variable("jets", "pt", "GeV");     // names and units are checked here, once
//   const auto p_b   = model.label("flavour", "p_b");
//   lading::Session session{model};                             // one per thread
//   session.set(pt, jet.pt);
//   session.run();
//   use(session.get(p_b));
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lading/lading.h"

namespace lading {
inline namespace v1 {

// What went wrong, in one sentence; code() is one of LADING_INVALID, LADING_NAME, ...
class Error : public std::runtime_error {
 public:
  Error(const std::string& text, int code) : std::runtime_error(text), code_(code) {}
  int code() const noexcept { return code_; }

 private:
  int code_;
};

namespace detail {
[[noreturn]] inline void raise(lading_error* error) {
  const Error made(lading_error_text(error), lading_error_code(error));
  lading_error_free(error);
  throw made;
}
inline void check(int status, lading_error* error) {
  if (status) raise(error);
}
template <class T> constexpr int type_code() {
  if (std::is_same_v<T, float>) return LADING_FLOAT32;
  if (std::is_same_v<T, double>) return LADING_FLOAT64;
  if (std::is_same_v<T, bool>) return LADING_BOOL;
  constexpr int by_size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return (std::is_signed_v<T> ? LADING_INT8 : LADING_UINT8) + by_size;
}
}  // namespace detail

// A slot that is set: made by Model::variable and Model::element.
struct Variable {
  lading_variable slot;
};
// A result that is read: made by Model::label and Model::output.
struct Label {
  lading_label slot;
};
// A sequence axis: made by Model::axis.
struct Axis {
  int number;
};

// A loaded model. Copies share it; any number of threads may use it at once.
class Model {
 public:
  explicit Model(lading_model* model) : model_(model, lading_model_free) {}

  // Variable `name` of input `input`, to be fed in `unit`. Throws Error with the nearest names, or if the unit
  // cannot become the model's by one multiplication or division.
  Variable variable(const std::string& input, const std::string& name, const std::string& unit) const {
    Variable v{};
    v.slot.size = sizeof v.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_variable(get(), input.c_str(), name.c_str(), unit.c_str(), &v.slot, &error), error);
    return v;
  }
  // Element {i, j} of an input whose slots have no names.
  Variable element(const std::string& input, const std::vector<std::int64_t>& index) const {
    Variable v{};
    v.slot.size = sizeof v.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_element(get(), input.c_str(), index.data(), index.size(), &v.slot, &error), error);
    return v;
  }
  Label label(const std::string& output, const std::string& name) const {
    Label l{};
    l.slot.size = sizeof l.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_label(get(), output.c_str(), name.c_str(), &l.slot, &error), error);
    return l;
  }
  // Element {i, j} of an output whose slots have no labels; {} for a single number.
  Label output(const std::string& output, const std::vector<std::int64_t>& index = {}) const {
    Label l{};
    l.slot.size = sizeof l.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_output_element(get(), output.c_str(), index.data(), index.size(), &l.slot, &error), error);
    return l;
  }
  Axis axis(const std::string& name) const {
    lading_error* error = nullptr;
    const int number = lading_find_axis(get(), name.c_str(), &error);
    if (number < 0) detail::raise(error);
    return {number};
  }
  std::string name() const { return lading_model_name(get()); }
  std::size_t memory() const { return lading_model_memory(get()); }  // bytes of weights, packed
  lading_model* get() const { return model_.get(); }

 private:
  std::shared_ptr<lading_model> model_;
};

// A bundle: its folder, its model.json, or one .lading file. memory_limit in bytes; 0: 8 GiB.
inline Model load(const std::string& path, std::size_t memory_limit = 0) {
  const lading_options options{sizeof options, memory_limit};
  lading_error* error = nullptr;
  lading_model* model = lading_load(path.c_str(), &options, &error);
  if (!model) detail::raise(error);
  return Model(model);
}
// A bundle in memory; `weights` must outlive every model made of it.
inline Model load(const void* json, std::size_t json_size, const void* weights, std::size_t weights_size,
                  std::size_t memory_limit = 0) {
  const lading_options options{sizeof options, memory_limit};
  lading_error* error = nullptr;
  lading_model* model = lading_load_memory(json, json_size, weights, weights_size, "memory", &options, &error);
  if (!model) detail::raise(error);
  return Model(model);
}

// Numbers of one variable for run_batch: item i at data + i * stride bytes (0: side by side).
struct Feed {
  Variable variable;
  const void* data;
  int type;
  std::int64_t stride;
};
template <class T> Feed feed(const Variable& variable, const T* data, std::int64_t stride = 0) {
  return {variable, data, detail::type_code<T>(), stride ? stride : std::int64_t(sizeof(T)) * variable.slot.width};
}
// Where the sequences of an axis begin in its columns: entries + 1 numbers, the last is the total.
struct Offsets {
  Axis axis;
  const std::int64_t* offsets;
};
// Room for all items of one output, in its own type.
struct Result {
  Label output;                                     // any label of the output
  void* data;
};

// One thread's workspace.
class Session {
 public:
  explicit Session(const Model& model) : model_(model), session_(nullptr, lading_session_free) {
    lading_error* error = nullptr;
    session_.reset(lading_session_new(model.get(), &error));
    if (!session_) detail::raise(error);
    slots_ = lading_session_slots(session_.get());
    results_ = lading_session_results(session_.get());
  }

  // Makes room for `entries` (1: set and run) and for sequences of these lengths; runs within it allocate nothing.
  void reserve(std::int64_t /*entries*/, std::initializer_list<std::pair<Axis, std::int64_t>> lengths = {}) {
    std::vector<std::int64_t> all(std::size_t(lading_axis_count(model_.get())), 0);
    for (const auto& [axis, length] : lengths) all[std::size_t(axis.number)] = length;
    lading_error* error = nullptr;
    detail::check(lading_reserve(session_.get(), all.data(), all.size(), &error), error);
  }
  // Length of the sequence in the entry that is being set.
  void resize(Axis axis, std::int64_t length) {
    lading_error* error = nullptr;
    detail::check(lading_resize(session_.get(), axis.number, length, &error), error);
  }

  // A number in the unit of the handle; `item` counts the elements of a sequence. Rounds to the slot's type;
  // throws Error for a number that it cannot hold.
  template <class T> void set(const Variable& variable, T value) { set(variable, 0, value); }
  template <class T> void set(const Variable& variable, std::int64_t item, T value) {
    static_assert(std::is_arithmetic_v<T>, "a slot takes a number");
    const lading_variable& v = variable.slot;
    const lading_slots& slots = slots_[v.column];
    if (v.plain && item >= 0 && item < slots.items) {
      const std::int64_t at = item * v.width + v.element;
      if (v.type == LADING_FLOAT32) {
        const float number = static_cast<float>(value);
        if (std::is_same_v<T, float> || std::fabs(number) <= FLT_MAX) {
          static_cast<float*>(slots.data)[at] = number;
          return;
        }
      } else if (v.type == LADING_FLOAT64) {
        static_cast<double*>(slots.data)[at] = static_cast<double>(value);
        return;
      } else if (std::is_integral_v<T> && (std::is_signed_v<T> || sizeof(T) < 8)) {
        static_cast<std::int64_t*>(slots.data)[at] = static_cast<std::int64_t>(value);
        return;
      }
    }
    set_checked(v, item, value);
  }

  // Throws Error, for example naming a variable that was not set since the last run.
  void run() {
    lading_error* error = nullptr;
    detail::check(lading_run(session_.get(), &error), error);
  }
  // As run(), but false instead of an exception; message() then tells why.
  bool try_run() noexcept {
    lading_error* error = nullptr;
    if (!lading_run(session_.get(), &error)) return true;
    try {
      message_ = lading_error_text(error);
    } catch (...) {
      message_.clear();
    }
    lading_error_free(error);
    return false;
  }
  const std::string& message() const noexcept { return message_; }

  // Results of the last run; T must be the output's type. get(label, i) reads element i of a sequence.
  template <class T = float> T get(const Label& label, std::int64_t item = 0) const {
    const lading_label& l = label.slot;
    const lading_slots& results = results_[l.output];
    if (l.type != detail::type_code<T>()) throw Error("get: the output has another number type", LADING_VALUE);
    if (item < 0 || item >= results.items)
      throw Error("get: element " + std::to_string(item) + " is beyond the " + std::to_string(results.items) + " there are",
                  LADING_VALUE);
    return static_cast<const T*>(results.data)[item * l.width + l.element];
  }
  std::int64_t items(const Label& label) const { return results_[label.slot.output].items; }

  // Many entries at once, here on this thread. SessionPool::run_batch shares one between threads.
  void run_batch(std::int64_t entries, const std::vector<Feed>& feeds, const std::vector<Result>& results,
                 const std::vector<Offsets>& offsets = {}) {
    const Batch batch(model_, entries, feeds, results, offsets);
    run_range(batch, 0, entries);
  }

  std::size_t memory() const { return lading_session_memory(session_.get()); }
  int flags() const { return lading_session_flags(session_.get()); }
  lading_session* get() const { return session_.get(); }

  // A batch, described once: shared by the sessions that run parts of it.
  class Batch {
   public:
    Batch(const Model& model, std::int64_t entries, const std::vector<Feed>& feeds, const std::vector<Result>& results,
          const std::vector<Offsets>& offsets)
        : feeds_(std::size_t(lading_column_count(model.get())), lading_feed{}),
          offsets_(std::size_t(lading_axis_count(model.get())), nullptr),
          results_(std::size_t(lading_output_count(model.get())), nullptr) {
      for (const Feed& feed : feeds) {
        const lading_variable& v = feed.variable.slot;
        feeds_[std::size_t(v.column)] = {feed.data, feed.stride, feed.type, v.conversion, v.factor};
      }
      for (const Offsets& given : offsets) offsets_[std::size_t(given.axis.number)] = given.offsets;
      for (const Result& result : results) results_[std::size_t(result.output.slot.output)] = result.data;
      refuse_gaps(model, entries);
      batch_ = {sizeof(lading_batch), sizeof(lading_feed), entries, feeds_.data(), offsets_.data(), results_.data()};
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    const lading_batch* get() const { return &batch_; }

   private:
    void refuse_gaps(const Model& model, std::int64_t entries) const {
      for (std::size_t c = 0; c < feeds_.size(); ++c) {
        lading_column column{};
        column.size = sizeof column;
        lading_describe_column(model.get(), int(c), &column);
        const std::string what = column.variable ? "variable '" + std::string(column.variable) + "' of input '" + column.input + "'"
                                                 : "input '" + std::string(column.input) + "'";
        if (!feeds_[c].data && entries) throw Error(what + " was not given to run_batch", LADING_VALUE);
        if (column.axis >= 0 && !offsets_[std::size_t(column.axis)] && entries)
          throw Error(what + " is a sequence: run_batch needs the offsets of its axis", LADING_VALUE);
      }
    }
    std::vector<lading_feed> feeds_;
    std::vector<const std::int64_t*> offsets_;
    std::vector<void*> results_;
    lading_batch batch_;
  };
  void run_range(const Batch& batch, std::int64_t begin, std::int64_t end) {
    lading_error* error = nullptr;
    detail::check(lading_run_batch(session_.get(), batch.get(), begin, end, &error), error);
  }

 private:
  void set_checked(const lading_variable& v, std::int64_t item, float value) {
    lading_error* error = nullptr;
    detail::check(lading_set_float(session_.get(), &v, item, value, &error), error);
  }
  void set_checked(const lading_variable& v, std::int64_t item, double value) {
    lading_error* error = nullptr;
    detail::check(lading_set_double(session_.get(), &v, item, value, &error), error);
  }
  template <class T> void set_checked(const lading_variable& v, std::int64_t item, T value) {
    lading_error* error = nullptr;
    if (std::is_integral_v<T> && (std::is_signed_v<T> || sizeof(T) < 8 || std::uint64_t(value) <= INT64_MAX))
      detail::check(lading_set_integer(session_.get(), &v, item, std::int64_t(value), &error), error);
    else
      detail::check(lading_set_double(session_.get(), &v, item, double(value), &error), error);
  }

  Model model_;
  std::unique_ptr<lading_session, decltype(&lading_session_free)> session_;
  const lading_slots* slots_ = nullptr;
  const lading_slots* results_ = nullptr;
  std::string message_;
};

// Sessions for algorithms whose execute is const: take one, use it, and it returns by itself.
class SessionPool {
 public:
  explicit SessionPool(const Model& model) : model_(model) {}

  class Lease {
   public:
    Lease(SessionPool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (session_) pool_->put(std::move(session_));
    }
    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_.get(); }

   private:
    SessionPool* pool_;
    std::unique_ptr<Session> session_;
  };

  Lease take() const {
    auto& self = const_cast<SessionPool&>(*this);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!free_.empty()) {
        auto session = std::move(free_.back());
        free_.pop_back();
        return Lease(self, std::move(session));
      }
    }
    return Lease(self, std::make_unique<Session>(model_));
  }

  // Runs a batch in parts: parallel_for(n, f) must call f(begin, end) over parts of [0, n), from any threads,
  // and return when all are done (TBB, OpenMP, a pool of your own).
  template <class ParallelFor>
  void run_batch(std::int64_t entries, const std::vector<Feed>& feeds, const std::vector<Result>& results,
                 const std::vector<Offsets>& offsets, ParallelFor&& parallel_for) const {
    const Session::Batch batch(model_, entries, feeds, results, offsets);
    parallel_for(entries, [&](std::int64_t begin, std::int64_t end) { take()->run_range(batch, begin, end); });
  }

 private:
  void put(std::unique_ptr<Session> session) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(session));
  }
  Model model_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Session>> free_;
};

}  // namespace v1
}  // namespace lading
