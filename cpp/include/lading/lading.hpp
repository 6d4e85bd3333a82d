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

#include <cstdint>
#include <cstring>
#include <exception>
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
// By reference: the call that gives the status is what sets the error.
inline void check(int status, lading_error*& error) {
  if (status) raise(error);
}
template <class T> constexpr int type_code() {
  if (std::is_same_v<T, float>) return LADING_FLOAT32;
  if (std::is_same_v<T, double>) return LADING_FLOAT64;
  if (std::is_same_v<T, bool>) return LADING_BOOL;
  constexpr int by_size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return (std::is_signed_v<T> ? LADING_INT8 : LADING_UINT8) + by_size;
}
inline const char* type_name(int type) {
  constexpr const char* names[] = {"float32", "float64", "float16", "bfloat16", "int8",   "int16", "int32",
                                   "int64",   "uint8",   "uint16",  "uint32",   "uint64", "bool"};
  return type >= 0 && type < 13 ? names[type] : "of no known type";
}
// T holds numbers of this type; 16-bit floats, which C++17 does not have, go as their bits.
template <class T> constexpr bool holds(int type) {
  return type == type_code<T>() ||
         (std::is_same_v<T, std::uint16_t> && (type == LADING_FLOAT16 || type == LADING_BFLOAT16));
}

// store(value, slot) puts a number into a slot without floating-point arithmetic: neither rounding mode, flushing nor
// traps of the caller have a part in it, and no exception flag is left. False where the library must look: at numbers
// that have to be rounded, or may not fit.
template <class To, class From> To bits_of(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
// To nearest, ties to even; of integers those beyond int64, whose last 11 bits a double does not hold.
template <class T> double to_double(T value) {
  if constexpr (!std::is_integral_v<T>) {
    return static_cast<double>(value);
  } else {
    const auto bits = static_cast<std::uint64_t>(value), kept = bits >> 11, rest = bits & 0x7ff;
    const std::uint64_t up = rest > 0x400 || (rest == 0x400 && kept % 2);
    return static_cast<double>(static_cast<std::int64_t>(kept + up)) * 2048;
  }
}
template <class T, class Slot> bool store(T value, Slot* slot) {
  if constexpr (std::is_same_v<T, Slot>) {
    if (std::is_same_v<T, std::int64_t> && value == T(INT64_MIN)) return false;  // marks what was not set
    std::memcpy(slot, &value, sizeof value);
  } else if constexpr (std::is_same_v<Slot, std::int64_t>) {
    if (!std::is_integral_v<T> || (std::is_unsigned_v<T> && sizeof(T) == 8)) return false;
    return store(static_cast<std::int64_t>(value), slot);
  } else if constexpr (std::is_integral_v<T>) {
    constexpr int exact = std::is_same_v<Slot, float> ? 24 : 53;
    if constexpr (sizeof(T) * 8 > exact + 1) {
      constexpr T most = T(std::int64_t(1) << exact);
      if (value > most || (std::is_signed_v<T> && value < T(0 - most))) return false;
    }
    *slot = static_cast<Slot>(value);
  } else if constexpr (std::is_same_v<T, double> && std::is_same_v<Slot, float>) {
    // to nearest, ties to even: the exponent is rebiased, and half of the last place added
    const auto bits = bits_of<std::uint64_t>(value), size = bits & 0x7fffffffffffffffu;
    const auto sign = static_cast<std::uint32_t>(bits >> 32) & 0x80000000u;
    constexpr std::uint64_t smallest = 0x3810000000000000, largest = 0x47efffffe0000000;  // normal floats
    if (size && (size < smallest || size > largest)) return false;
    const std::uint64_t rebiased = size ? size - 0x3800000000000000 : 0;
    const std::uint64_t rounded = (rebiased + 0x0fffffff + ((rebiased >> 29) & 1)) >> 29;
    *slot = bits_of<float>(sign | static_cast<std::uint32_t>(rounded));
  } else if constexpr (std::is_same_v<T, float> && std::is_same_v<Slot, double>) {
    const auto bits = bits_of<std::uint32_t>(value), size = bits & 0x7fffffffu;
    if (size && (size < 0x00800000u || size >= 0x7f800000u)) return false;
    const std::uint64_t sign = static_cast<std::uint64_t>(bits & 0x80000000u) << 32;
    *slot = bits_of<double>(sign | (size ? (static_cast<std::uint64_t>(size) << 29) + 0x3800000000000000 : 0));
  } else {
    return false;
  }
  return true;
}
}  // namespace detail

// A slot that is set: made by Model::variable and Model::element.
struct Variable {
  lading_variable slot;
};
// A result that is read: made by Model::label and Model::output.
struct Label {
  lading_label slot;
  // In an array of run_batch: how many numbers one item has, and where the label's number of an item stands.
  std::size_t width() const { return std::size_t(slot.width); }
  std::size_t place(std::size_t item) const { return item * width() + std::size_t(slot.element); }
};
// A sequence axis: made by Model::axis.
struct Axis {
  const lading_model* model;
  int number;
};
using Index = std::vector<std::int64_t>;  // a place on fixed axes, in their order

// A loaded model. Copies share it; any number of threads may use it at once.
class Model {
 public:
  explicit Model(lading_model* model) : model_(model, lading_model_free) {}

  // Variable `name` of input `input`, to be fed in `unit`. Throws Error with the nearest names, or if the unit
  // cannot become the model's by one multiplication or division. `index` says which of its numbers, where the
  // input has further fixed axes.
  // Without a unit where the model says none.
  Variable variable(const std::string& input, const std::string& name, const std::string& unit = "",
                    const Index& index = {}) const {
    Variable v{};
    v.slot.size = sizeof v.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_variable(get(), input.c_str(), name.c_str(), unit.c_str(), index.data(), index.size(),
                                       &v.slot, &error),
                  error);
    return v;
  }
  // Element {i, j} of an input whose slots have no names.
  Variable element(const std::string& input, const Index& index) const {
    Variable v{};
    v.slot.size = sizeof v.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_element(get(), input.c_str(), index.data(), index.size(), &v.slot, &error), error);
    return v;
  }
  Label label(const std::string& output, const std::string& name, const Index& index = {}) const {
    Label l{};
    l.slot.size = sizeof l.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_label(get(), output.c_str(), name.c_str(), index.data(), index.size(), &l.slot, &error),
                  error);
    return l;
  }
  // Element {i, j} of an output whose slots have no labels; {} for a single number.
  Label output(const std::string& output, const Index& index = {}) const {
    Label l{};
    l.slot.size = sizeof l.slot;
    lading_error* error = nullptr;
    detail::check(lading_find_output_element(get(), output.c_str(), index.data(), index.size(), &l.slot, &error),
                  error);
    return l;
  }
  Axis axis(const std::string& name) const {
    lading_error* error = nullptr;
    const int number = lading_find_axis(get(), name.c_str(), &error);
    if (number < 0) detail::raise(error);
    return {get(), number};
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

// Numbers of one variable for run_batch: item i stands at data + i * stride bytes.
struct Column {
  Variable variable;
  const void* data;
  int type;
  std::int64_t stride;
};
// `stride` is the distance of two items in bytes, sizeof(Jet) for the members of structs; 0: side by side.
template <class T> Column column(const Variable& variable, const T* data, std::int64_t stride = 0) {
  return {variable, data, detail::type_code<T>(), stride ? stride : std::int64_t(sizeof(T)) * variable.slot.width};
}
// Where the sequences of an axis begin in their columns: entries + 1 numbers, the last is the end.
struct Offsets {
  Axis axis;
  const std::int64_t* offsets;
};
// Room for all numbers of one output, item after item.
struct Result {
  Label output;
  void* data;
};
// `output` is any label of the output: the array gets all of them, each at its place(item).
template <class T> Result result(const Label& output, T* data) {
  if (!detail::holds<T>(output.slot.type))
    throw Error(std::string("result: the output holds ") + detail::type_name(output.slot.type) + ", the array does not",
                LADING_VALUE);
  return {output, data};
}

// The columns and results of a batch, by their places in the model.
class Batch {
 public:
  explicit Batch(const Model& model)
      : model_(model),
        feeds_(std::size_t(lading_column_count(model.get()))),
        offsets_(std::size_t(lading_axis_count(model.get()))),
        results_(std::size_t(lading_output_count(model.get()))) {
    describe(0, {}, {}, {});
  }
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;

  // Allocates nothing. The arrays must outlive the runs.
  void describe(std::int64_t entries, const std::vector<Column>& columns, const std::vector<Result>& results,
                const std::vector<Offsets>& offsets) {
    feeds_.assign(feeds_.size(), {});
    offsets_.assign(offsets_.size(), nullptr);
    results_.assign(results_.size(), nullptr);
    for (const Column& given : columns) {
      const lading_variable& v = own(given.variable.slot);
      feeds_[std::size_t(v.column)] = {given.data, given.stride, given.type, v.conversion, v.factor};
    }
    for (const Result& result : results) results_[std::size_t(own(result.output.slot).output)] = result.data;
    for (const Offsets& given : offsets) offsets_[std::size_t(own(given.axis).number)] = given.offsets;
    batch_ = {sizeof batch_, sizeof(lading_feed), entries, feeds_.data(), offsets_.data(), results_.data()};
  }
  const lading_batch* get() const { return &batch_; }
  const Model& model() const { return model_; }

 private:
  template <class Handle> const Handle& own(const Handle& handle) const {
    if (handle.model != model_.get())
      throw Error("run_batch: a name was looked up in another model than '" + model_.name() + "'", LADING_NAME);
    return handle;
  }
  Model model_;
  std::vector<lading_feed> feeds_;
  std::vector<const std::int64_t*> offsets_;
  std::vector<void*> results_;
  lading_batch batch_{};
};

// How a run went. The text lives in the session, until its next run.
struct Status {
  int code;          // LADING_OK, LADING_VALUE, ...
  const char* text;  // "" if all is well
  explicit operator bool() const noexcept { return code == LADING_OK; }
};

// One thread's workspace.
class Session {
 public:
  explicit Session(const Model& model) : model_(model), session_(nullptr, lading_session_free), batch_(model) {
    lading_error* error = nullptr;
    session_.reset(lading_session_new(model.get(), &error));
    if (!session_) detail::raise(error);
    slots_ = lading_session_slots(session_.get());
    results_ = lading_session_results(session_.get());
  }

  // Makes room for batches of `entries` (1: set and run) and for sequences of these lengths: runs within it
  // allocate nothing.
  void reserve(std::int64_t entries, const std::vector<std::pair<Axis, std::int64_t>>& lengths = {}) {
    std::vector<std::int64_t> all(std::size_t(lading_axis_count(model_.get())), 0);
    for (const auto& [axis, length] : lengths) all[std::size_t(own(axis))] = length;
    lading_error* error = nullptr;
    detail::check(lading_reserve(session_.get(), entries, all.data(), all.size(), &error), error);
  }
  // Length of the sequence in the entries that are set from now on.
  void resize(const Axis& axis, std::int64_t length) {
    lading_error* error = nullptr;
    detail::check(lading_resize(session_.get(), own(axis), length, &error), error);
  }

  // A number in the unit of the handle; `item` counts the elements of a sequence. Rounds to the slot's type;
  // throws Error for a number that it cannot hold.
  template <class T> void set(const Variable& variable, T value) { set(variable, 0, value); }
  template <class T> void set(const Variable& variable, std::int64_t item, T value) {
    static_assert(std::is_arithmetic_v<T>, "a slot takes a number");
    const lading_variable& v = variable.slot;
    if (v.model != model_.get()) return set_checked(v, item, value);  // refuses it
    const lading_slots& slots = slots_[v.column];
    if (v.plain && item >= 0 && item < slots.items) {
      const std::int64_t at = item * v.width + v.element;
      if (v.type == LADING_FLOAT32) {
        if (detail::store(value, static_cast<float*>(slots.data) + at)) return;
      } else if (v.type == LADING_FLOAT64) {
        if (detail::store(value, static_cast<double*>(slots.data) + at)) return;
      } else if (detail::store(value, static_cast<std::int64_t*>(slots.data) + at)) {
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
  // As run(), but a status instead of an exception: if (const auto status = session.try_run(); !status) ...
  Status try_run() noexcept {
    lading_error* error = nullptr;
    if (!lading_run(session_.get(), &error)) return {LADING_OK, ""};
    failure_.reset(error);
    return {lading_error_code(error), lading_error_text(error)};
  }

  // Results of the last run. T is the output's type; `item` counts the elements of a sequence.
  template <class T = float> T get(const Label& label, std::int64_t item = 0) const {
    const lading_label& l = label.slot;
    if (l.model != model_.get() || !detail::holds<T>(l.type)) refuse(label);
    const lading_slots& results = results_[l.output];
    if (item < 0 || item >= results.items) refuse(label, item);
    return static_cast<const T*>(results.data)[item * l.width + l.element];
  }
  // Elements of the sequence that an output came out as: at most the model's maximum.
  std::int64_t items(const Label& label) const {
    if (label.slot.model != model_.get()) refuse(label);
    return results_[label.slot.output].items;
  }

  // Many entries at once, on this thread. SessionPool::run_batch shares them out.
  void run_batch(std::int64_t entries, const std::vector<Column>& columns, const std::vector<Result>& results,
                 const std::vector<Offsets>& offsets = {}) {
    batch_.describe(entries, columns, results, offsets);
    run_batch(batch_, 0, entries);
  }
  // Entries [begin, end) of a batch that threads share.
  void run_batch(const Batch& batch, std::int64_t begin, std::int64_t end) {
    if (batch.model().get() != model_.get())
      throw Error("run_batch: the batch was made for another model than '" + model_.name() + "'", LADING_NAME);
    lading_error* error = nullptr;
    detail::check(lading_run_batch(session_.get(), batch.get(), begin, end, &error), error);
  }

  std::size_t memory() const { return lading_session_memory(session_.get()); }
  int flags() const { return lading_session_flags(session_.get()); }
  lading_session* get() const { return session_.get(); }

 private:
  int own(const Axis& axis) const {
    if (axis.model != model_.get())
      throw Error("this axis was looked up in another model than '" + model_.name() + "'", LADING_NAME);
    return axis.number;
  }
  std::string text(const Label& label) const {
    lading_output output{};
    output.size = sizeof output;
    lading_describe_output(model_.get(), label.slot.output, &output);
    return "output '" + std::string(output.name) + "'";
  }
  [[noreturn]] void refuse(const Label& label) const {
    if (label.slot.model != model_.get())
      throw Error("this label was looked up in another model than '" + model_.name() + "'", LADING_NAME);
    throw Error(text(label) + " holds " + detail::type_name(label.slot.type) + ": get it as that type, get<T>(label)",
                LADING_VALUE);
  }
  [[noreturn]] void refuse(const Label& label, std::int64_t item) const {
    const std::int64_t items = results_[label.slot.output].items;
    throw Error(text(label) + ": element " + std::to_string(item) + " is beyond the " + std::to_string(items) +
                    " of the last run",
                LADING_VALUE);
  }
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
    else detail::check(lading_set_double(session_.get(), &v, item, detail::to_double(value), &error), error);
  }

  Model model_;
  std::unique_ptr<lading_session, decltype(&lading_session_free)> session_;
  const lading_slots* slots_ = nullptr;
  const lading_slots* results_ = nullptr;
  Batch batch_;
  std::unique_ptr<lading_error, decltype(&lading_error_free)> failure_{nullptr, lading_error_free};
};

// Sessions for algorithms whose execute is const: take one, use it, and it returns by itself.
class SessionPool {
 public:
  explicit SessionPool(const Model& model, std::vector<std::pair<Axis, std::int64_t>> reserved = {})
      : model_(model), reserved_(std::move(reserved)) {}

  class Lease {
   public:
    Lease(const SessionPool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (session_) pool_->put(std::move(session_));
    }
    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_.get(); }

   private:
    const SessionPool* pool_;
    std::unique_ptr<Session> session_;
  };

  // A session with nothing set. Makes one if none is free, with room for the lengths that the pool was given. Where it
  // was given none, sequences have theirs on the first run: a network may refuse to be laid out for no elements.
  Lease take() const {
    if (auto session = take_free()) return Lease(*this, std::move(session));
    auto session = std::make_unique<Session>(model_);
    if (!reserved_.empty() || !has_sequences()) session->reserve(1, reserved_);
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.reserve(++made_);  // so that giving back cannot fail
    return Lease(*this, std::move(session));
  }

  // Runs a batch in parts: parallel_for(n, f) must call f(begin, end) over parts of [0, n), from any threads,
  // and return when all are done (TBB, OpenMP, a pool of your own). The first part's error is thrown here.
  template <class ParallelFor>
  void run_batch(std::int64_t entries, const std::vector<Column>& columns, const std::vector<Result>& results,
                 const std::vector<Offsets>& offsets, ParallelFor&& parallel_for) const {
    Batch batch(model_);
    batch.describe(entries, columns, results, offsets);
    std::exception_ptr failure;
    std::int64_t failed = entries;
    parallel_for(entries, [&](std::int64_t begin, std::int64_t end) {
      try {
        take()->run_batch(batch, begin, end);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (begin < failed) failed = begin, failure = std::current_exception();
      }
    });
    if (failure) std::rethrow_exception(failure);
  }

 private:
  bool has_sequences() const {
    for (int axis = 0; axis < lading_axis_count(model_.get()); ++axis)
      if (lading_axis_name(model_.get(), axis)) return true;
    return false;
  }
  std::unique_ptr<Session> take_free() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) return nullptr;
    auto session = std::move(free_.back());
    free_.pop_back();
    return session;
  }
  void put(std::unique_ptr<Session> session) const {
    lading_clear(session->get());
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(session));
  }
  Model model_;
  std::vector<std::pair<Axis, std::int64_t>> reserved_;
  mutable std::mutex mutex_;
  mutable std::size_t made_ = 0;
  mutable std::vector<std::unique_ptr<Session>> free_;
};

}  // namespace v1
}  // namespace lading
