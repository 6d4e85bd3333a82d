// Made-up events for any model: the same numbers for the same seed, set one by one or given as columns.
#pragma once
#include <string>
#include <vector>

#include "lading/lading.hpp"

namespace {

class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return state_ >> 33;
  }
  double between(double low, double high) { return low + (high - low) * double(next()) / 2147483648.0; }

 private:
  std::uint64_t state_;
};

class Events {
 public:
  struct Values {
    lading_column is;
    lading::Variable whole;                // for run_batch
    std::vector<lading::Variable> places;  // for set
    std::vector<float> floats;
    std::vector<double> doubles;
    std::vector<std::int64_t> integers;
  };
  struct Output {
    lading_output is;
    lading::Label label;
  };

  Events(const lading::Model& model, std::int64_t entries, std::uint64_t seed = 1, std::int64_t longest = 30)
      : entries(entries) {
    Numbers numbers(seed);
    for (int a = 0; a < lading_axis_count(model.get()); ++a) {
      offsets.emplace_back();
      if (!lading_axis_name(model.get(), a)) continue;
      axes.push_back(model.axis(lading_axis_name(model.get(), a)));
      offsets.back().push_back(0);
      for (std::int64_t e = 0; e < entries; ++e)  // some are empty, some as long as can be
        offsets.back().push_back(offsets.back().back() + (e % 5 == 1   ? 0
                                                          : e % 5 == 3 ? longest
                                                                       : std::int64_t(numbers.next()) % (longest + 1)));
    }
    for (int c = 0; c < lading_column_count(model.get()); ++c) add(model, c, numbers);
    for (int o = 0; o < lading_output_count(model.get()); ++o) {
      Output output{};
      output.is.size = sizeof output.is;
      lading_describe_output(model.get(), o, &output.is);
      output.label.slot.size = sizeof output.label.slot;
      output.label.slot.model = model.get(), output.label.slot.output = o;
      output.label.slot.type = output.is.type, output.label.slot.width = output.is.width;
      outputs.push_back(output);
    }
  }

  std::int64_t length(const lading::Axis& axis, std::int64_t e) const {
    const auto& of = offsets[std::size_t(axis.number)];
    return of[std::size_t(e) + 1] - of[std::size_t(e)];
  }
  void set(lading::Session& session, std::int64_t e) const {
    for (const lading::Axis& axis : axes) session.resize(axis, length(axis, e));
    for (const Values& v : columns) {
      const std::int64_t first = v.is.axis < 0 ? e : offsets[std::size_t(v.is.axis)][std::size_t(e)];
      const std::int64_t items = v.is.axis < 0 ? 1 : offsets[std::size_t(v.is.axis)][std::size_t(e) + 1] - first;
      for (std::int64_t i = 0; i < items; ++i)
        for (std::int64_t k = 0; k < v.is.width; ++k) {
          const auto at = std::size_t((first + i) * v.is.width + k);
          const lading::Variable& place = v.places[std::size_t(k)];
          if (v.is.type == LADING_FLOAT32) session.set(place, i, v.floats[at]);
          else if (v.is.type == LADING_FLOAT64) session.set(place, i, v.doubles[at]);
          else session.set(place, i, v.integers[at]);
        }
    }
  }
  std::vector<lading::Column> given() const {
    std::vector<lading::Column> list;
    for (const Values& v : columns)
      list.push_back(v.is.type == LADING_FLOAT32   ? lading::column(v.whole, v.floats.data())
                     : v.is.type == LADING_FLOAT64 ? lading::column(v.whole, v.doubles.data())
                                                   : lading::column(v.whole, v.integers.data()));
    return list;
  }
  std::vector<lading::Offsets> given_offsets() const {
    std::vector<lading::Offsets> list;
    for (const lading::Axis& axis : axes) list.push_back({axis, offsets[std::size_t(axis.number)].data()});
    return list;
  }
  // Room for all results, as bytes; 8 for each number.
  std::vector<std::vector<char>> room(const lading::Model& model) const {
    std::vector<std::vector<char>> list;
    for (const Output& output : outputs)
      list.emplace_back(std::size_t(items(model, output, entries) * output.is.width * 8 + 8), char(-1));
    return list;
  }
  std::vector<lading::Result> results(std::vector<std::vector<char>>& room) const {
    std::vector<lading::Result> list;
    for (std::size_t o = 0; o < outputs.size(); ++o) list.push_back({outputs[o].label, room[o].data()});
    return list;
  }
  // Items of an output in the first `count` entries.
  std::int64_t items(const lading::Model& model, const Output& output, std::int64_t count) const {
    if (output.is.axis < 0) return count;
    const std::int64_t most = lading_axis_maximum(model.get(), output.is.axis);
    std::int64_t total = 0;
    for (std::int64_t e = 0; e < count; ++e) {
      const std::int64_t n = length({model.get(), output.is.axis}, e);
      total += most < 0 || n < most ? n : most;
    }
    return total;
  }
  static std::size_t bytes(int type) {
    constexpr std::size_t sizes[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
    return sizes[type];
  }

  std::int64_t entries;
  std::vector<lading::Axis> axes;
  std::vector<std::vector<std::int64_t>> offsets;  // per axis of the model; empty if it is no sequence
  std::vector<Values> columns;
  std::vector<Output> outputs;

 private:
  void add(const lading::Model& model, int c, Numbers& numbers) {
    Values v{};
    v.is.size = sizeof v.is;
    lading_describe_column(model.get(), c, &v.is);
    v.whole.slot.size = sizeof v.whole.slot;
    v.whole.slot.model = model.get(), v.whole.slot.column = c, v.whole.slot.type = v.is.type,
    v.whole.slot.width = v.is.width;
    if (v.is.variable) v.whole = model.variable(v.is.input, v.is.variable, v.is.unit);
    for (std::int64_t k = 0; k < v.is.width; ++k) {
      v.places.push_back(v.whole);
      v.places.back().slot.element = k;
      v.places.back().slot.plain = v.is.variable ? v.whole.slot.plain : 1;
    }
    const std::string name = v.is.variable ? v.is.variable : "";
    const bool positive = name == "pt" || name == "mass" || name == "e" || name == "pt_fraction";
    const std::int64_t items = v.is.axis < 0 ? entries : offsets[std::size_t(v.is.axis)].back();
    for (std::int64_t i = 0; i < items * v.is.width; ++i) {
      const double x = name == "sv_mass" && i % 3 == 0 ? -999 : numbers.between(positive ? 0.1 : -8, 8);
      if (v.is.type == LADING_FLOAT32) v.floats.push_back(float(x));
      else if (v.is.type == LADING_FLOAT64) v.doubles.push_back(x);
      else v.integers.push_back(x > 0);
    }
    columns.push_back(v);
  }
};

}  // namespace
