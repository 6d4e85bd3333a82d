#include "operators/turns.hpp"

#include <algorithm>
#include <limits>

#include "graph/frame.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

// More turns than any network needs, and few enough to end within a minute.
constexpr std::int64_t most_turns = 2'000'000;
// A rehearsal takes memory; on zeros a loop may have no end.
constexpr std::int64_t rehearsed_turns = 1000;

// Turns are counted from the outermost loop on.
class Counting {
 public:
  explicit Counting(TurnCount& count) : count_(count) {
    if (!count_.depth++) count_.turns = 0;
  }
  ~Counting() { --count_.depth; }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;

 private:
  TurnCount& count_;
};

Shape without(const Shape& shape, int axis) {
  Shape rest;
  for (int i = 0; i < shape.rank; ++i)
    if (i != axis) rest.push(shape[i]);
  return rest;
}

Shape with(const Shape& shape, int axis, std::int64_t length) {
  Shape wide;
  for (int i = 0; i <= shape.rank; ++i) wide.push(i == axis ? length : shape[i - (i > axis)]);
  return wide;
}

// Numbers of an attribute, one for each of `count` scanned inputs or stacked results; without it all are 0.
void append_list(const Definition& definition, const char* name, int count, bool directions,
                 std::vector<std::int64_t>& to) {
  std::vector<std::int64_t> numbers = definition.integers(name);
  if (numbers.empty()) numbers.resize(static_cast<std::size_t>(count));
  if (static_cast<int>(numbers.size()) != count)
    definition.fail({"attribute '", name, "' has ", counted(static_cast<std::int64_t>(numbers.size()), "number"),
                     "; it must have ", count});
  for (const std::int64_t number : numbers) {
    if (directions && number != 0 && number != 1)
      definition.fail({"attribute '", name, "' has ", number, " in it; a direction is 0 (forwards) or 1 (backwards)"});
    to.push_back(number);
  }
}

}  // namespace

// One evaluation: where it is, and what it works with.
struct Turns::Work {
  const Operands& io;
  Workspace& room;
  Frame& body;
  std::int64_t most, turn;

  Kept& state(int i, std::int64_t at) const { return room.kept[2 * i + at % 2]; }
  const Tensor& keep(Kept& kept, Type type, const Shape& shape) const {
    kept.tensor.type = type, kept.tensor.shape = shape;
    room.reserve(kept, kept.tensor.bytes(), io.operator_->where);
    return kept.tensor;
  }
  void copy(Kept& kept, const Tensor& tensor) const {
    std::copy_n(tensor.data, tensor.bytes(), keep(kept, tensor.type, tensor.shape).data);
  }
  void set(int i, const Tensor& tensor) const {
    body.set_input(i, tensor.type, tensor.shape, Entry::none, tensor.data);
  }
};

Turns::Turns(const Definition& definition, int scanned)
    : scanned_(scanned), captured_(definition.captured()), head_(scanned ? 0 : 2) {
  const auto plan = definition.subgraph("body");
  const int given = definition.input_count() - captured_, takes = static_cast<int>(plan->inputs().size()) - captured_;
  const int gives = static_cast<int>(plan->outputs().size());
  carried_ = given - head_ - scanned_;
  const int needed = std::max(carried_, definition.output_count()) + head_ / 2;
  for (int i = head_; i < given; ++i)
    if (!definition.has_input(i)) definition.fail(missing_input(i, given));
  if (takes != given) definition.fail({"the body takes ", counted(takes, "input"), "; here it must take ", given});
  if (gives < needed)
    definition.fail({"the body gives ", counted(gives, "result"), "; here it must give at least ", needed});
  stacked_ = gives - head_ / 2 - carried_;
  append_list(definition, "scan_input_axes", scanned_, false, axes_);
  append_list(definition, "scan_output_axes", stacked_, false, axes_);
  append_list(definition, "scan_input_directions", scanned_, true, backwards_);
  append_list(definition, "scan_output_directions", stacked_, true, backwards_);
}

void Turns::infer(const Operands& io) const {
  if (head_ && io.has(0)) check_one(io, io[0], Type::int64, "the number of turns");
  if (head_ && io.has(1)) check_one(io, io[1], Type::boolean, "the condition");
  Shape empty;
  empty.push(0);
  for (int i = 0; i < io.output_count(); ++i) io.set(i, Type::float32, empty);
}

// Where a Loop is given no condition, ONNX's page lets it go on whatever the body says; ONNX Runtime, on which such files
// were tried, ends when the body says so, as here.
void Turns::take(const Operands& io, bool rehearsing) const {
  Workspace& room = *io.workspace_;
  const Counting counting(room.count);
  if (!room.kept) room.kept.reset(new Kept[static_cast<std::size_t>(2 * carried_ + 2 + scanned_ + stacked_)]);
  Work work{io, room, *room.frames[0], length(io), 0};
  const int own = head_ + carried_ + scanned_;
  for (int i = 0; i < carried_; ++i) work.copy(work.state(i, 0), io[head_ + i]);
  for (int i = own; i < own + captured_; ++i) work.set(i, io[i]);
  bool goes_on = !head_ || !io.has(1) || *io[1].as<bool>();
  for (;; ++work.turn) {
    give_turn(work);
    const bool needed = rehearsing && head_ && !work.turn;
    if (!needed && !(goes_on && work.turn < work.most)) break;
    if (rehearsing && work.turn && room.count.turns >= rehearsed_turns) break;
    if (++room.count.turns, ++room.count.all > most_turns)
      io.fail({"more than ", most_turns,
               " turns of loops in one evaluation; this one may have no end: give it fewer turns, or a condition that "
               "becomes false"});
    work.body.resolve();
    rehearsing ? work.body.rehearse() : work.body.run();
    if (head_) {
      check_one(io, work.body.output(0), Type::boolean, "the condition that the body gives");
      goes_on = *work.body.output(0).as<bool>();
    }
    stack(work, true);
    hand_on(work);
  }
  finish(work);
}

// How many turns at most, and for a Scan how many.
std::int64_t Turns::length(const Operands& io) const {
  if (head_) return io.has(0) ? *io[0].as<std::int64_t>() : std::numeric_limits<std::int64_t>::max();
  std::int64_t length = 0;
  for (int i = carried_; i < carried_ + scanned_; ++i) {
    if (!io[i].shape.rank) io.fail({"input ", i, " is one number; it has no axis to scan"});
    const std::int64_t here =
        io[i].shape[normal_axis(io, axes_[static_cast<std::size_t>(i - carried_)], io[i].shape.rank)];
    if (i > carried_ && here != length)
      io.fail({"input ", i, " has ", here, " elements to scan, input ", carried_, " has ", length,
               "; they must have as many"});
    length = here;
  }
  return length;
}

// What the body is given in this turn.
void Turns::give_turn(const Work& work) const {
  if (head_) {
    Kept &number = work.state(carried_, 0), &goes_on = work.state(carried_, 1);
    work.set(0, work.keep(number, Type::int64, {})), work.set(1, work.keep(goes_on, Type::boolean, {}));
    *number.tensor.as<std::int64_t>() = work.turn, *goes_on.tensor.as<bool>() = true;
  }
  for (int i = 0; i < carried_; ++i) work.set(head_ + i, work.state(i, work.turn).tensor);
  for (int s = 0; s < scanned_; ++s) {
    const Tensor& whole = work.io[carried_ + s];
    const int axis = normal_axis(work.io, axes_[static_cast<std::size_t>(s)], whole.shape.rank);
    const AxisView view(whole.shape, axis);
    const std::size_t bytes = static_cast<std::size_t>(view.inner) * size_of(whole.type);
    Kept& slice = work.room.kept[2 * carried_ + 2 + s];
    work.set(carried_ + s, work.keep(slice, whole.type, without(whole.shape, axis)));
    if (work.turn == view.length) continue;
    const std::int64_t at = backwards_[static_cast<std::size_t>(s)] ? view.length - 1 - work.turn : work.turn;
    for (std::int64_t i = 0; i < view.outer; ++i)
      std::copy_n(whole.data + static_cast<std::size_t>(i * view.length + at) * bytes, bytes,
                  slice.tensor.data + static_cast<std::size_t>(i) * bytes);
  }
}

// Puts what the turn gave beside what those before it did; without a turn there is nothing but the shape.
void Turns::stack(const Work& work, bool turned) const {
  for (int i = carried_; i < work.io.output_count(); ++i) {
    if (!work.io.has_output(i)) continue;
    const Tensor& row = work.body.output(head_ / 2 + i);
    const auto side = static_cast<std::size_t>(scanned_ + i - carried_);
    Tensor& whole = work.room.kept[2 * carried_ + 2 + static_cast<int>(side)].tensor;
    check_output_rank(work.io, row.shape.rank + 1);
    const int axis = normal_axis(work.io, axes_[side], row.shape.rank + 1);
    const std::int64_t rows = head_ ? work.turn + turned : work.most;
    if (work.turn && (whole.type != row.type || !(whole.shape == with(row.shape, axis, head_ ? work.turn : rows))))
      work.io.fail({"output ", i, " is ", whole.type, " ", whole.shape, " before turn ", work.turn + 1,
                    ", which gives ", row.type, " ", row.shape,
                    " to stack there; all turns must give one type and shape"});
    const Shape shape = with(row.shape, axis, rows);
    work.io.set(i, row.type, shape);  // refuses what is too large
    work.keep(work.room.kept[2 * carried_ + 2 + static_cast<int>(side)], row.type, shape);
    if (!turned) continue;
    const AxisView view(shape, axis);
    const std::size_t bytes = static_cast<std::size_t>(view.inner) * size_of(row.type);
    const std::int64_t at = backwards_[side] ? rows - 1 - work.turn : work.turn;
    for (std::int64_t k = 0; k < view.outer; ++k)
      std::copy_n(row.data + static_cast<std::size_t>(k) * bytes, bytes,
                  whole.data + static_cast<std::size_t>(k * rows + at) * bytes);
  }
}

// All are copied before the body is given any of them: two may change places.
void Turns::hand_on(const Work& work) const {
  for (int i = 0; i < carried_; ++i) {
    const Tensor &from = work.body.output(head_ / 2 + i), &before = work.state(i, work.turn).tensor;
    if (from.type != before.type || (!head_ && !(from.shape == before.shape)))
      work.io.fail({"carried value ", i, " is ", before.type, " ", before.shape, " before turn ", work.turn + 1,
                    " and ", from.type, " ", from.shape, " after it; it must keep its type",
                    head_ ? "" : " and shape"});
    work.copy(work.state(i, work.turn + 1), from);
  }
}

// Without a turn, results that would be stacked have the shape that one would give them, which may take one to tell.
// Outputs stay valid until this node runs again.
void Turns::finish(const Work& work) const {
  if (!work.turn && work.io.output_count() > carried_) {
    work.body.resolve();
    if (!work.body.plan().settled()) work.body.run();
    stack(work, false);
  }
  for (int i = 0; i < work.io.output_count(); ++i) {
    if (!work.io.has_output(i)) continue;
    if (i < carried_) work.io.output(i) = work.state(i, work.turn).tensor;
    else work.io.output(i).data = work.room.kept[carried_ + 2 + scanned_ + i].tensor.data;
  }
}

}  // namespace lading
