// NonMaxSuppression (ONNX): of boxes that overlap, those with the highest scores. For each class of each entry, boxes are
// taken in the order of their scores, unless they overlap too much with one that was taken before.
#include <algorithm>
#include <cmath>

#include "operators/order.hpp"

namespace lading {
namespace {

// In float32 throughout, as those who train detectors compute it: whether a box is taken hangs on the last bit.
struct Box {
  float low[2], high[2];

  float area() const { return (high[0] - low[0]) * (high[1] - low[1]); }
};

Box box_of(const float* numbers, bool centred) {
  Box box;
  for (int i = 0; i < 2; ++i) {
    const float a = numbers[i], b = numbers[i + 2], half = b / 2;
    box.low[i] = centred ? a - half : a >= b ? b : a;
    box.high[i] = centred ? a + half : a >= b ? a : b;
  }
  return box;
}

// Whether two boxes have more than `threshold` of their union in common. What is no number has nothing in common.
bool overlap(const Box& a, const Box& b, float threshold) {
  float common = 1;
  for (int i = 0; i < 2; ++i) {
    const float low = std::max(a.low[i], b.low[i]), high = std::min(a.high[i], b.high[i]);
    if (!(high > low)) return false;
    common *= high - low;
  }
  const float whole = a.area() + b.area() - common;
  return common > 0 && whole > 0 && common / whole > threshold;
}

// Inputs: boxes [entry, box, 4], scores [entry, class, box], how many boxes to take for each class at most, the overlap
// beyond which a box is not taken, the score that it must exceed.
class NonMaxSuppression final : public Operator {
 public:
  explicit NonMaxSuppression(const Definition& definition) : centred_(definition.integer("center_point_box", 0) == 1) {
    const std::int64_t format = definition.integer("center_point_box", 0);
    if (format != 0 && format != 1)
      definition.fail({"attribute 'center_point_box' is ", format, "; it must be 0 for corners or 1 for centres"});
  }
  bool shape_from_data() const override { return true; }
  std::uint32_t shape_inputs() const override { return 1 << 2; }

  void infer(const Operands& io) const override {
    const Shape &boxes = io[0].shape, &scores = io[1].shape;
    for (int i = 0; i < 5; ++i) {
      if (!io.has(i)) continue;
      check_type(io, i, bit(i == 2 ? Type::int64 : Type::float32));
      if (i < 2) check_rank(io, i, 3);
      else check_one_element(io, i);
    }
    if (boxes[2] != 4 || boxes[0] != scores[0] || boxes[1] != scores[2])
      io.fail({"boxes of shape ", boxes, " and scores of shape ", scores,
               " do not fit: boxes must be [entry, box, 4], "
               "scores [entry, class, box]"});
    io.set(0, Type::int64, shape(most(io) * boxes[0] * scores[1]));
  }
  std::size_t scratch(const Operands& io) const override {
    return static_cast<std::size_t>(io[0].shape[1]) * sizeof(Candidate);
  }
  void run(const Operands& io) const override {
    const Shape& scores = io[1].shape;
    const float threshold = io.has(3) ? io[3].as<float>()[0] : 0;
    if (!(threshold >= 0 && threshold <= 1))
      io.fail({"the threshold of the overlap (input 3) is ", std::to_string(threshold), "; it must be from 0 to 1"});
    if (io.has(4) && std::isnan(io[4].as<float>()[0])) io.fail("the threshold of scores (input 4) is no number");
    std::int64_t taken = 0;
    for (std::int64_t entry = 0; entry < scores[0]; ++entry)
      for (std::int64_t k = 0; k < scores[1]; ++k) taken = choose(io, entry, k, threshold, taken);
    io.output().shape = shape(taken);
  }

 private:
  static Shape shape(std::int64_t count) {
    Shape shape;
    shape.push(count), shape.push(3);
    return shape;
  }
  static std::int64_t most(const Operands& io) {
    return io.has(2) ? std::clamp<std::int64_t>(io[2].as<std::int64_t>()[0], 0, io[0].shape[1]) : 0;
  }
  // Writes the boxes of one class behind the `taken` ones that are there; gives how many there are then.
  std::int64_t choose(const Operands& io, std::int64_t entry, std::int64_t k, float threshold,
                      std::int64_t taken) const {
    const std::int64_t boxes = io[0].shape[1], before = taken;
    const float* numbers = io[0].as<float>() + entry * boxes * 4;
    Candidate* candidates = reinterpret_cast<Candidate*>(io.scratch());
    const std::int64_t count = find(io, (entry * io[1].shape[1] + k) * boxes, candidates);
    const auto box = [&](std::int64_t b) { return box_of(numbers + 4 * b, centred_); };
    std::int64_t* rows = io.output().as<std::int64_t>();
    for (std::int64_t c = 0; c < count && taken - before < most(io); ++c) {
      const Box candidate = box(candidates[c].index);
      std::int64_t other = before;
      while (other < taken && !overlap(candidate, box(rows[3 * other + 2]), threshold)) ++other;
      if (other < taken) continue;
      rows[3 * taken] = entry, rows[3 * taken + 1] = k, rows[3 * taken++ + 2] = candidates[c].index;
    }
    return taken;
  }
  // The boxes whose scores from `first` on suffice, the best of them first. A score that is no number does not.
  static std::int64_t find(const Operands& io, std::int64_t first, Candidate* candidates) {
    std::int64_t count = 0;
    for (std::int64_t b = 0; b < io[0].shape[1]; ++b) {
      const float score = io[1].as<float>()[first + b];
      if (!std::isnan(score) && (!io.has(4) || score > io[4].as<float>()[0]))
        candidates[count++] = {~sort_key(score), b};
    }
    sort_first(candidates, count, count);
    return count;
  }

  bool centred_;
};

}  // namespace

std::unique_ptr<Operator> make_NonMaxSuppression(const Definition& definition) {
  return std::make_unique<NonMaxSuppression>(definition);
}

}  // namespace lading
