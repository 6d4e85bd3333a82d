// The workspaces of one caller.
#pragma once
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "plain.hpp"

// One session per thread that ever ran at once.
class Session {
 public:
  explicit Session(const Model& model) : model_(model) { at(0); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run_batch(int64_t entries, const std::vector<Array>& columns,
                 const std::vector<std::pair<int, double>>& conversions,
                 const std::vector<std::optional<nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig>>>& offsets,
                 const std::vector<Results>& results, int threads, int64_t begin, int64_t end) {
    std::vector<lading_feed> feeds;
    for (size_t c = 0; c < columns.size(); ++c) {
      const Array& column = columns[c];
      const int64_t stride = column.ndim() && column.shape(0) > 1 ? column.stride(0) * int64_t(column.itemsize()) : 0;
      feeds.push_back({column.data(), stride, type_of(column.dtype()), conversions[c].first, conversions[c].second});
    }
    std::vector<const int64_t*> places;
    for (const auto& offset : offsets) places.push_back(offset ? offset->data() : nullptr);
    std::vector<void*> to;
    for (const Results& result : results) to.push_back(result.data());
    const lading_batch batch{sizeof batch, sizeof(lading_feed), entries, feeds.data(), places.data(), to.data()};
    const std::unique_lock<std::mutex> lock = one_at_a_time();
    begin = std::clamp<int64_t>(begin, 0, entries);
    end = end < 0 ? entries : std::clamp<int64_t>(end, begin, entries);
    threads = int(std::max<int64_t>(1, std::min<int64_t>(threads, end - begin)));
    for (int t = 0; t < threads; ++t) at(size_t(t));
    lading_error* error = nullptr;
    {
      nb::gil_scoped_release release;
      error = run_in_threads(batch, threads, begin, end - begin);
    }
    if (error) raise(error);
  }

  // The short way, for arrays that are already what the engine takes: scores, or None, for the long way to find out what
  // to do.
  nb::object run_plain(Plain& plain, nb::handle events, int threads) {
    const std::unique_lock<std::mutex> lock = one_at_a_time();
    const int64_t entries = plain.take(events, feeds_, places_);
    if (entries < 0) return nb::none();
    nb::object scores = plain.make(entries, results_);
    const lading_batch batch{sizeof batch,  sizeof(lading_feed), entries,
                             feeds_.data(), places_.data(),      results_.data()};
    lading_error* error = nullptr;
    if (entries <= few_entries) {
      lading_run_batch(at(0), &batch, 0, entries, &error);
    } else {
      for (int t = 0; t < threads; ++t) at(size_t(t));
      nb::gil_scoped_release release;
      error = run_in_threads(batch, threads, 0, entries);
    }
    if (error) raise(error);
    return scores;
  }

  std::vector<nb::object> run_graph(const std::vector<Array>& inputs) {
    std::vector<lading_tensor> in = tensors(inputs), out(size_t(lading_output_count(model_.get())));
    const std::unique_lock<std::mutex> lock = one_at_a_time();
    lading_error* error = nullptr;
    if (lading_run_graph(at(0), in.data(), out.data(), &error)) raise(error);
    std::vector<nb::object> arrays;
    for (const lading_tensor& tensor : out) {
      size_t shape[8];
      for (int a = 0; a < tensor.rank; ++a) shape[a] = size_t(tensor.dims[a]);
      nb::ndarray<nb::numpy> view(tensor.data, size_t(tensor.rank), shape, nb::handle(), nullptr, dtypes[tensor.type]);
      arrays.push_back(nb::cast(view, nb::rv_policy::copy));
    }
    return arrays;
  }

  // Nanoseconds of every step, of one run.
  std::vector<double> time_graph(const std::vector<Array>& inputs) {
    const std::vector<lading_tensor> in = tensors(inputs);
    std::vector<double> nanoseconds(size_t(lading_step_count(model_.get())));
    const std::unique_lock<std::mutex> lock = one_at_a_time();
    lading_error* error = nullptr;
    if (lading_time_graph(at(0), in.data(), nanoseconds.data(), &error)) raise(error);
    return nanoseconds;
  }

  size_t memory() const {
    size_t bytes = 0;
    for (const auto& session : sessions_) bytes += lading_session_memory(session.get());
    return bytes;
  }
  int flags() const {
    int raised = 0;
    for (const auto& session : sessions_) raised |= lading_session_flags(session.get());
    return raised;
  }

 private:
  using Owned = std::unique_ptr<lading_session, decltype(&lading_session_free)>;

  static std::vector<lading_tensor> tensors(const std::vector<Array>& arrays) {
    std::vector<lading_tensor> made;
    for (const Array& array : arrays) {
      lading_tensor tensor{
          sizeof tensor, type_of(array.dtype()), int(array.ndim()), {}, const_cast<void*>(array.data())};
      if (array.ndim() > 8) throw nb::value_error("at most 8 axes are supported");
      for (size_t a = 0; a < array.ndim(); ++a) tensor.dims[a] = int64_t(array.shape(a));
      made.push_back(tensor);
    }
    return made;
  }

  // Whoever waits lets other threads have the interpreter: the one that runs will ask for it.
  std::unique_lock<std::mutex> one_at_a_time() {
    std::unique_lock<std::mutex> lock(busy_, std::try_to_lock);
    if (!lock) {
      nb::gil_scoped_release release;
      lock.lock();
    }
    return lock;
  }
  lading_session* at(size_t thread) {
    while (sessions_.size() <= thread) {
      lading_error* error = nullptr;
      lading_session* session = lading_session_new(model_.get(), &error);
      if (!session) raise(error);
      sessions_.emplace_back(session, lading_session_free);
    }
    return sessions_[thread].get();
  }
  // Threads live for one call: there is no pool to survive a fork.
  lading_error* run_in_threads(const lading_batch& batch, int threads, int64_t from, int64_t count) {
    std::vector<lading_error*> errors(size_t(threads), nullptr);
    const auto part = [&](int t) {
      const int64_t begin = from + count * t / threads, end = from + count * (t + 1) / threads;
      lading_run_batch(sessions_[size_t(t)].get(), &batch, begin, end, &errors[size_t(t)]);
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(part, t);
    part(0);
    for (std::thread& other : others) other.join();
    lading_error* first = nullptr;
    for (lading_error* error : errors) {
      if (!first) first = error;
      else lading_error_free(error);
    }
    return first;
  }

  static constexpr int64_t few_entries = 16;  // run in less time than it takes to let other threads in

  Model model_;
  std::mutex busy_;
  std::vector<Owned> sessions_;
  std::vector<lading_feed> feeds_;  // of run_plain, kept for the next call
  std::vector<void*> results_;
  std::vector<const int64_t*> places_;
};
