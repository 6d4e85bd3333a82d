// Which values stand in pieces: seen from the shapes that two lengths of every sequence give.
#include <algorithm>

#include "ragged/planner.hpp"

namespace lading {
namespace {

constexpr std::int64_t first_probe[] = {11, 17, 23, 31}, second_probe[] = {13, 19, 29, 37};  // lengths of sequences

}  // namespace

// Two lengths for each sequence axis, all of them different.
bool RaggedPlanner::find_lengths() {
  std::size_t next = 0;
  for (auto& lengths : lengths_) lengths.assign(bundle_.axes.size(), 0);
  for (std::size_t a = 0; a < bundle_.axes.size(); ++a) {
    const Axis& axis = bundle_.axes[a];
    if (axis.kind != Axis::Kind::sequence) continue;
    if (next == std::size(first_probe)) return false;
    lengths_[0][a] = first_probe[next], lengths_[1][a] = second_probe[next++];
    if (axis.max >= 0 && axis.max < lengths_[1][a]) lengths_[0][a] = axis.max - 1, lengths_[1][a] = axis.max;
    if (lengths_[0][a] < std::max<std::int64_t>(axis.min, 2)) return false;
    for (std::size_t before = 0; before < a; ++before)
      for (const auto& lengths : lengths_)
        if (bundle_.axes[before].kind == Axis::Kind::sequence && lengths[before] == lengths[a]) return false;
  }
  return next > 0;
}

void RaggedPlanner::resolve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
  for (std::size_t i = 0; i < bundle_.inputs.size(); ++i) {
    const auto& axes = bundle_.inputs[i].axes;
    Shape shape;
    int entry = Entry::none;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      if (axes[a].kind == AxisUse::Kind::entry) entry = static_cast<int>(a);
      shape.push(axes[a].kind == AxisUse::Kind::entry      ? entries
                 : axes[a].kind == AxisUse::Kind::sequence ? lengths[static_cast<std::size_t>(axes[a].axis)]
                                                           : axes[a].size);
    }
    frame_.set_input(static_cast<int>(i), bundle_.inputs[i].type, shape, entry);
  }
  frame_.resolve(entries);
}

void RaggedPlanner::find_pieces() {
  std::vector<Shape> shapes[2];
  for (int probe = 0; probe < 2; ++probe) {
    resolve(1, lengths_[probe]);
    for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) shapes[probe].push_back(frame_.value(v).shape);
  }
  for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) {
    Value& value = at(v);
    value.type = frame_.value(v).type;
    if (!plan_.constant(v) && !plan_.known(v))
      set_piece(value, shapes[0][static_cast<std::size_t>(v)], shapes[1][static_cast<std::size_t>(v)]);
  }
  find_entry_axes();
}

void RaggedPlanner::set_piece(Value& value, const Shape& one, const Shape& other) const {
  if (one.rank != other.rank) return;
  int along = -1;
  for (int a = 0; a < one.rank; ++a)
    if (one[a] != other[a]) {
      if (along >= 0) return;
      along = a;
    }
  value.piece = one;
  value.kind = Kind::entries;
  if (along < 0) return;
  value.kind = Kind::inner;
  for (std::size_t s = 0; s < lengths_[0].size(); ++s)
    if (lengths_[0][s] && one[along] == lengths_[0][s] && other[along] == lengths_[1][s] && one.size(0, along) == 1) {
      value.kind = Kind::rows, value.sequence = static_cast<int>(s), value.axis = along;
      value.piece[along] = 1;
    }
}

// Where the graph itself has its entries, if all of its nodes are proven to keep them apart.
void RaggedPlanner::find_entry_axes() {
  made_->together_ = true;
  try {
    for (const std::int64_t entries : counts) {
      resolve(entries, lengths_[0]);
      made_->together_ &= !frame_.mixed();
    }
  } catch (const Error&) { made_->together_ = false; }
  for (const Input& input : bundle_.inputs)
    made_->together_ &= std::any_of(input.axes.begin(), input.axes.end(),
                                    [](const AxisUse& use) { return use.kind == AxisUse::Kind::entry; });
  for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) {
    Value& value = at(v);
    if (value.kind == Kind::inner) continue;
    if (made_->together_) value.entry_axis = frame_.entry_of(v);
    const int axis = made_->together_ ? value.entry_axis : 0;
    bool begins = axis >= 0 && axis < value.piece.rank && value.piece.size(0, axis + 1) == 1;
    if (value.kind == Kind::rows && axis > value.axis) begins = false;  // the graph has its sequence first
    if (made_->together_ && !begins) value.kind = Kind::inner;
    else if (begins && value.kind == Kind::entries) value.axis = axis;
  }
}

}  // namespace lading
